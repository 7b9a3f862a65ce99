// The passive ports that all clients share. While one is free, everybody gets one; when none is, the client with the most waiting ports
// gives its oldest one up to a client with fewer, so that no client can keep the others from transferring.

import { once } from 'node:events';
import { createServer, isIPv4, type Server } from 'node:net';
import type { SecureContext } from 'node:tls';
import { errnoOf } from '../../door/folder/folder-error';
import type { Log } from '../../ports';
import { DataConnection, type DataLimits } from './data-connection';

/** Both ends included; from 0 = any free port. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

interface PortRequest {
  readonly clientId: string;
  /** Where the client reached us. */
  readonly host: string;
  /** Where it came from: nobody else's connection is taken. */
  readonly peer: string;
  readonly secureContext: SecureContext;
}

/** Undefined when there is none for this client. */
export type OpenPort = (request: PortRequest) => Promise<PassivePort | undefined>;

export function passivePorts(range: PortRange, limits: DataLimits, log: Log): OpenPort {
  /** Ports that wait for their connection, by client, oldest first. */
  const waiting = new Map<string, Set<PassivePort>>();

  const listen = async (port: number, request: PortRequest): Promise<PassivePort | 'in-use' | undefined> => {
    const { clientId, host, peer, secureContext } = request;
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EADDRINUSE') return 'in-use';
      log.error('Opening a passive port failed', { port, error: code ?? 'unknown' });
      return undefined;
    }
    const opened = new PassivePort(server, { peer, secureContext, limits, log });
    const theirs = waiting.get(clientId) ?? new Set();
    waiting.set(clientId, theirs.add(opened));
    void opened.settled.finally(() => {
      theirs.delete(opened);
      if (theirs.size === 0 && waiting.get(clientId) === theirs) waiting.delete(clientId);
    });
    return opened;
  };

  return async (request) => {
    const { from, to } = range;
    const count = to - from + 1;
    // Another start each time: a port that was just used is not the next one.
    const first = Math.floor(Math.random() * count);
    for (let tried = 0; tried < count; tried++) {
      const opened = await listen(from === 0 ? 0 : from + ((first + tried) % count), request);
      if (opened !== 'in-use') return opened;
    }
    const [greediest, theirs] = [...waiting].sort(([, a], [, b]) => b.size - a.size)[0] ?? [];
    const [oldest] = theirs ?? [];
    const mine = waiting.get(request.clientId)?.size ?? 0;
    log.error('Every passive port is in use', { ...range, clientId: greediest ?? null, waiting: theirs?.size ?? 0 });
    if (oldest === undefined || theirs === undefined || theirs.size <= mine + 1) return undefined;
    oldest.close();
    await oldest.closed;
    const opened = await listen(oldest.port, request);
    return opened === 'in-use' ? undefined : opened;
  };
}

/**
 * A port for one transfer: opened by PASV or EPSV, taken by the client's own address once, closed at once afterwards or when nobody comes.
 * TLS begins with the connection: most programs name their file first, but some (Python's aioftp) wait for TLS before they do.
 */
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
    {
      peer,
      secureContext,
      limits,
      log,
    }: { readonly peer: string; readonly secureContext: SecureContext; readonly limits: DataLimits; readonly log: Log },
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
          taken = new DataConnection(socket, secureContext, limits);
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
    const timer = setTimeout(() => this.#giveUp(), limits.dataOpensMs);
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
