// What comes in at a time may be thousands of small packets that ask for nothing, and ssh2 reads all of them in one go, with our only thread.
// A client that has sent such a heap rests for the others, with all its connections.

import type { Socket } from 'node:net';
import type { Limits } from '../../door/limits';

/** Of the thread's time, for each part that the client takes. */
const PARTS_OF_OTHERS = 2;

export class SharedThread {
  readonly #clients = new Map<string, Connections>();
  readonly #readMs: number;

  constructor({ readMs }: Pick<Limits, 'readMs'>) {
    this.#readMs = readMs;
  }

  /** A connection of the client has logged in. To be called when ssh2 listens to it already. */
  share(socket: Socket, clientId: string): void {
    const theirs = this.#clients.get(clientId) ?? new Connections();
    this.#clients.set(clientId, theirs);
    theirs.add(socket);
    socket.once('close', () => theirs.remove(socket) === 0 && this.#clients.delete(clientId));
    let readAt = performance.now();
    let usedAt = process.cpuUsage();
    socket.prependListener('data', () => {
      readAt = performance.now();
      usedAt = process.cpuUsage();
    });
    socket.on('data', () => {
      const { user, system } = process.cpuUsage(usedAt);
      // On a busy machine the thread was away in between; on an idle one other threads of ours were at work as well.
      const spent = Math.min(performance.now() - readAt, (user + system) / 1000);
      if (spent >= this.#readMs) theirs.rest(spent * PARTS_OF_OTHERS);
    });
  }
}

class Connections {
  readonly #sockets = new Set<Socket>();
  #until = 0;
  #timer: NodeJS.Timeout | undefined;

  add(socket: Socket): void {
    this.#sockets.add(socket);
  }

  /** How many are left. */
  remove(socket: Socket): number {
    this.#sockets.delete(socket);
    return this.#sockets.size;
  }

  /** Also those that have more to be read at this moment. */
  rest(ms: number): void {
    const now = performance.now();
    this.#until = Math.max(this.#until, now) + ms;
    for (const socket of this.#sockets) socket.pause();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.resume();
    }, this.#until - now);
  }
}
