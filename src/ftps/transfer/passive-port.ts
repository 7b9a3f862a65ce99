// A port for one transfer: opened by PASV or EPSV, taken by the client's own address once, closed at once afterwards or when nobody comes.

import { isIPv4, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../door/folder/folder-error';
import type { Log } from '../../ports';

const WAITED_FOR_MS = 30_000;

export class PassivePort {
  readonly port: number;
  /** Resolves when the connection has come, or is not waited for any more. */
  readonly settled: Promise<void>;
  /** Resolves when no connection of this port is left. */
  readonly closed: Promise<void>;
  private readonly arrived: Promise<Socket | undefined>;
  private giveUp: () => void = () => undefined;

  /** `server` listens already; only a connection from `peer` is taken. */
  constructor(server: Server, { peer, log }: { readonly peer: string; readonly log: Log }) {
    this.closed = new Promise((resolve) => server.once('close', () => resolve()));
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    // Without a listener a connection that cannot be accepted would end the process.
    server.on('error', (error) => log.error('Accepting a data connection failed', { error: errnoOf(error) ?? error.name }));
    let taken: Socket | undefined;
    this.arrived = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => socket.destroy());
        const from = plainAddress(socket.remoteAddress);
        if (taken === undefined && from === peer) {
          taken = socket;
          server.close();
          return resolve(socket);
        }
        if (from !== peer) log.warn('A data connection from another address is refused', { ip: peer, from });
        socket.destroy();
      });
      this.giveUp = () => {
        server.close();
        taken?.destroy();
        resolve(undefined);
      };
    });
    this.settled = this.arrived.then(() => undefined);
    const timer = setTimeout(() => this.giveUp(), WAITED_FOR_MS);
    void this.arrived.then(() => clearTimeout(timer));
  }

  /** The client's connection; undefined when it did not come. From now on it is the caller's. */
  async take(signal: AbortSignal): Promise<Socket | undefined> {
    if (signal.aborted) this.giveUp();
    const { giveUp } = this;
    signal.addEventListener('abort', giveUp);
    const socket = await this.arrived;
    signal.removeEventListener('abort', giveUp);
    return socket?.destroyed === true ? undefined : socket;
  }

  /** Nobody is waited for any more; a connection that was made in vain is dropped. */
  close(): void {
    this.giveUp();
  }
}

/** An IPv4 address that came over an IPv6 socket is the same address. */
export function plainAddress(address: string | undefined): string {
  const mapped = address?.replace(/^::ffff:/i, '') ?? '';
  return isIPv4(mapped) ? mapped : (address ?? '');
}
