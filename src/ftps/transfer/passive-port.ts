// A port for one transfer: opened by PASV or EPSV, taken by the client's own address once, closed at once afterwards or when nobody comes.
// TLS begins with the connection: most programs name their file first, but some (Python's aioftp) wait for TLS before they do.

import { isIPv4, type Server } from 'node:net';
import type { SecureContext } from 'node:tls';
import { errnoOf } from '../../door/folder/folder-error';
import type { Log } from '../../ports';
import { DataConnection } from './data-connection';

const WAITED_FOR_MS = 30_000;

export class PassivePort {
  readonly port: number;
  /** Resolves when the connection has come, or is not waited for any more. */
  readonly settled: Promise<void>;
  /** Resolves when no connection of this port is left. */
  readonly closed: Promise<void>;
  readonly #arrived: Promise<DataConnection | undefined>;
  #giveUp: () => void = () => undefined;
  #isGivenUp = false;

  /** `server` listens already; only a connection from `peer` is taken. */
  constructor(
    server: Server,
    { peer, secureContext, log }: { readonly peer: string; readonly secureContext: SecureContext; readonly log: Log },
  ) {
    this.closed = new Promise((resolve) => server.once('close', () => resolve()));
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    // Without a listener a connection that cannot be accepted would end the process.
    server.on('error', (error) => log.error('Accepting a data connection failed', { error: errnoOf(error) ?? error.name }));
    let taken: DataConnection | undefined;
    this.#arrived = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => socket.destroy());
        const from = plainAddress(socket.remoteAddress);
        if (taken === undefined && from === peer) {
          taken = new DataConnection(socket, secureContext);
          server.close();
          return resolve(taken);
        }
        if (from !== peer) log.warn('A data connection from another address is refused', { ip: peer, from });
        socket.destroy();
      });
      this.#giveUp = () => {
        this.#isGivenUp = true;
        server.close();
        taken?.destroy();
        resolve(undefined);
      };
    });
    this.settled = this.#arrived.then(() => undefined);
    const timer = setTimeout(() => this.#giveUp(), WAITED_FOR_MS);
    void this.#arrived.then(() => clearTimeout(timer));
  }

  /** The client's connection; undefined when it did not come. It may be over already. From now on it is the caller's. */
  async take(signal: AbortSignal): Promise<DataConnection | undefined> {
    if (signal.aborted) this.#giveUp();
    const giveUp = this.#giveUp;
    signal.addEventListener('abort', giveUp);
    const data = await this.#arrived;
    signal.removeEventListener('abort', giveUp);
    return this.#isGivenUp ? undefined : data;
  }

  /** Nobody is waited for any more; a connection that is no longer needed is dropped. */
  close(): void {
    this.#giveUp();
  }
}

/** An IPv4 address that came over an IPv6 socket is the same address. */
export function plainAddress(address: string | undefined): string {
  const mapped = address?.replace(/^::ffff:/i, '') ?? '';
  return isIPv4(mapped) ? mapped : (address ?? '');
}
