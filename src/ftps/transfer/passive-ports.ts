// The passive ports that all clients share. While one is free, everybody gets one; when none is, the client with the most waiting ports
// gives its oldest one up to a client with fewer, so that no client can keep the others from transferring.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { SecureContext } from 'node:tls';
import { errnoOf } from '../../door/folder/folder-error';
import type { Log } from '../../ports';
import { PassivePort } from './passive-port';

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

export class PassivePorts {
  /** Ports that wait for their connection, by client, oldest first. */
  readonly #waiting = new Map<string, Set<PassivePort>>();
  readonly #range: PortRange;
  readonly #log: Log;

  constructor(range: PortRange, log: Log) {
    this.#range = range;
    this.#log = log;
  }

  /** Undefined when there is none for this client. */
  async open(request: PortRequest): Promise<PassivePort | undefined> {
    const { from, to } = this.#range;
    const count = to - from + 1;
    // Another start each time: a port that was just used is not the next one.
    const first = Math.floor(Math.random() * count);
    for (let tried = 0; tried < count; tried++) {
      const opened = await this.#listen(from === 0 ? 0 : from + ((first + tried) % count), request);
      if (opened !== 'in-use') return opened;
    }
    const [greediest, theirs] = [...this.#waiting].sort(([, a], [, b]) => b.size - a.size)[0] ?? [];
    const [oldest] = theirs ?? [];
    const mine = this.#waiting.get(request.clientId)?.size ?? 0;
    this.#log.error('Every passive port is in use', { ...this.#range, clientId: greediest ?? null, waiting: theirs?.size ?? 0 });
    if (oldest === undefined || theirs === undefined || theirs.size <= mine + 1) return undefined;
    oldest.close();
    await oldest.closed;
    const opened = await this.#listen(oldest.port, request);
    return opened === 'in-use' ? undefined : opened;
  }

  async #listen(port: number, { clientId, host, peer, secureContext }: PortRequest): Promise<PassivePort | 'in-use' | undefined> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EADDRINUSE') return 'in-use';
      this.#log.error('Opening a passive port failed', { port, error: code ?? 'unknown' });
      return undefined;
    }
    const opened = new PassivePort(server, { peer, secureContext, log: this.#log });
    const theirs = this.#waiting.get(clientId) ?? new Set();
    this.#waiting.set(clientId, theirs.add(opened));
    void opened.settled.finally(() => {
      theirs.delete(opened);
      if (theirs.size === 0 && this.#waiting.get(clientId) === theirs) this.#waiting.delete(clientId);
    });
    return opened;
  }
}
