// The listening socket of one way in. ssh2 neither limits how long a peer may take to log in nor shows a peer that has not spoken yet, so connections
// are accepted here and handed on.

import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { ImportsError } from '../errors';
import type { Log } from '../ports';
import type { Doorkeeper, Entry } from './doorkeeper';
import { errnoOf } from './folder/folder-error';
import { ENTRY_LIMITS } from './entry-limits';

export interface Gate {
  readonly host: string;
  readonly port: number;
  /** The socket of a peer that ssh2 speaks with. */
  socketOf(peer: { readonly ip: string; readonly port: number }): Socket | undefined;
  /** The peer has logged in: it may stay. */
  admit(socket: Socket): void;
  isListening(): boolean;
  stopAccepting(): void;
  dropAll(): Promise<void>;
}

export async function openGate(options: {
  readonly protocol: 'SFTP' | 'FTPS';
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly doorkeeper: Doorkeeper;
  readonly handOn: (socket: Socket) => void;
  readonly loginGraceMs?: number;
}): Promise<Gate> {
  const sockets = new Map<string, { readonly socket: Socket; readonly grace: NodeJS.Timeout; readonly entry: Entry }>();
  const server = createServer({ noDelay: true }, (socket) => {
    // Without a listener a reset connection would end the process.
    socket.on('error', () => socket.destroy());
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return void socket.destroy();
    const entry = options.doorkeeper.enter({ address: remoteAddress, port: remotePort });
    if (entry === undefined) return void socket.destroy();
    const key = keyOf(remoteAddress, remotePort);
    const grace = setTimeout(() => socket.destroy(), options.loginGraceMs ?? ENTRY_LIMITS.loginGraceMs);
    sockets.set(key, { socket, grace, entry });
    socket.once('close', () => {
      clearTimeout(grace);
      sockets.delete(key);
      entry.leave(socket.bytesRead > 0);
    });
    options.handOn(socket);
  });

  const { protocol, host, port, log } = options;
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const advice = `Choose another IMPORTS_${protocol}_PORT or IMPORTS_${protocol}_HOST, or end what listens there.`;
    throw new ImportsError(
      'CONFIG',
      `Listening for ${protocol} on ${host} port ${port} failed (${errnoOf(error) ?? 'unknown'}). ${advice}`,
      {
        cause: error,
      },
    );
  });
  server.on('error', (error) => log.error('Accepting a connection failed', { error: errnoOf(error) ?? error.name }));
  return {
    ...addressOf(server),
    socketOf: (peer) => sockets.get(keyOf(peer.ip, peer.port))?.socket,
    admit: (admitted) => {
      for (const { socket, grace, entry } of sockets.values()) {
        if (socket !== admitted) continue;
        clearTimeout(grace);
        entry.admit();
      }
    },
    isListening: () => server.listening,
    stopAccepting: () => void server.close(),
    dropAll: async () => {
      await Promise.all(
        [...sockets.values()].map(async ({ socket }) => {
          const closed = once(socket, 'close');
          socket.destroy();
          await closed;
        }),
      );
    },
  };
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function addressOf(server: Server): { readonly host: string; readonly port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The gate listens on no port.');
  return { host: address.address, port: address.port };
}
