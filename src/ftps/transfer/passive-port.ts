// A port for one transfer: opened by PASV or EPSV, taken by the client's own address once, closed at once afterwards or when nobody comes.

import { once } from 'node:events';
import { createServer, isIPv4, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../door/folder/folder-error';
import type { Log } from '../../ports';

/** Both ends included; from 0 = any free port. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

const WAITED_FOR_MS = 30_000;

export class PassivePort {
  readonly port: number;
  private readonly arrived: Promise<Socket | undefined>;
  private giveUp: () => void = () => undefined;

  /** `host` is where the client reached us, `peer` is where it came from: nobody else's connection is taken. */
  static async open(options: { host: string; peer: string; ports: PortRange; log: Log }): Promise<PassivePort | undefined> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    return (await listenWithin(server, options)) ? new PassivePort(server, options) : undefined;
  }

  private constructor(server: Server, { peer, log }: { readonly peer: string; readonly log: Log }) {
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

  /** Nobody is waited for any more; who came in vain is sent away. */
  close(): void {
    this.giveUp();
  }
}

/** An IPv4 address that came over an IPv6 socket is the same address. */
export function plainAddress(address: string | undefined): string {
  const mapped = address?.replace(/^::ffff:/i, '') ?? '';
  return isIPv4(mapped) ? mapped : (address ?? '');
}

async function listenWithin(server: Server, { host, ports, log }: { host: string; ports: PortRange; log: Log }): Promise<boolean> {
  const count = ports.to - ports.from + 1;
  // Another start each time: a port that was just used is not the next one.
  const first = Math.floor(Math.random() * count);
  for (let tried = 0; tried < count; tried++) {
    const port = ports.from === 0 ? 0 : ports.from + ((first + tried) % count);
    server.listen(port, host);
    const code = await once(server, 'listening').then(
      () => undefined,
      (error: unknown) => errnoOf(error) ?? 'unknown',
    );
    if (code === undefined) return true;
    if (code !== 'EADDRINUSE') {
      log.error('Opening a passive port failed', { port, error: code });
      return false;
    }
  }
  log.error('Every passive port is in use', { ...ports });
  return false;
}
