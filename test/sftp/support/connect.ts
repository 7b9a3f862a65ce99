// Raw SSH connections, for what no well-behaved client does.

import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { PASSWORD } from './front-door-fixture';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Rejects when the login fails, or the server ends the connection before it is done. */
export async function connect({ door }: { readonly door: Address }, options: ConnectConfig = {}): Promise<Client> {
  const client = new Client();
  const ready = new Promise<void>((resolve, reject) => {
    client.on('ready', resolve).on('error', reject);
    client.on('close', () => reject(new Error('The server ended the connection')));
  });
  client.connect({ host: door.host, port: door.port, username: 'acme', password: PASSWORD, ...options });
  await ready;
  return client;
}

export function openSftp(client: Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => client.subsys('sftp', (error, channel) => (error ? reject(error) : resolve(channel))));
}

/** The parts of ssh2's protocol object that a hostile client bends. */
export interface BentProtocol {
  session(channel: number, window: number, packetSize: number): void;
  channelData(channel: number, data: Buffer): void;
  channelClose(channel: number): void;
  subsystem(channel: number, name: string, wantReply: boolean): void;
  exec(channel: number, command: string, wantReply: boolean): void;
  ping(): void;
  rekey(): void;
  /** Undefined when the connection is over. */
  readonly _destruct: unknown;
}

export function protocolOf(client: Client): BentProtocol {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not in its documented interface
  return Reflect.get(client, '_protocol') as BentProtocol;
}
