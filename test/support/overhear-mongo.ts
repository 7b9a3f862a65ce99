// A way to the database that hears every command on the wire, and may hold the answers back.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { mongo } from 'mongoose';

export type Command = Readonly<Record<string, unknown>>;

export interface OverheardMongo {
  readonly uri: string;
  readonly commands: Command[];
  stop(): Promise<void>;
}

const OP_MSG = 2013;

/** `delayMs` = how long the answer to this command takes longer. */
export async function overhearMongo(uri: string, delayMs: (command: Command) => number = () => 0): Promise<OverheardMongo> {
  const { hostname: host, port } = new URL(uri);
  const commands: Command[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => (client.destroy(), upstream.destroy()));
    }
    let heard: Buffer = Buffer.alloc(0);
    client.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      while (heard.length >= 16 && heard.length >= heard.readInt32LE(0)) {
        const message = heard.subarray(0, heard.readInt32LE(0));
        heard = heard.subarray(message.length);
        if (message.readInt32LE(12) !== OP_MSG) continue;
        // Header, flags and the kind of the first section, which is the command itself.
        const command = mongo.BSON.deserialize(message.subarray(21, 21 + message.readInt32LE(21)));
        commands.push(command);
        const delay = delayMs(command);
        if (delay > 0) {
          upstream.pause();
          setTimeout(() => upstream.resume(), delay);
        }
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    uri: uri.replace(`:${port}`, `:${own}`),
    commands,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
