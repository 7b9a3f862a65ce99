// What comes in at a time may be thousands of small packets that ask for nothing, and ssh2 reads all of them in one go, with our only thread.
// A client that has sent such a heap rests for the others, with all its connections.

import type { Socket } from 'node:net';
import type { Limits } from '../../door/limits';

/** Of the thread's time, for each part that the client takes. */
const PARTS_OF_OTHERS = 2;

/** A connection of the client has logged in. To be called when ssh2 listens to it already. */
export type ShareThread = (socket: Socket, clientId: string) => void;

export function sharedThread({ readMs }: Pick<Limits, 'readMs'>): ShareThread {
  const clients = new Map<string, Connections>();
  return (socket, clientId) => {
    const theirs = clients.get(clientId) ?? connections();
    clients.set(clientId, theirs);
    theirs.sockets.add(socket);
    socket.once('close', () => {
      theirs.sockets.delete(socket);
      if (theirs.sockets.size === 0) clients.delete(clientId);
    });
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
      if (spent >= readMs) theirs.rest(spent * PARTS_OF_OTHERS);
    });
  };
}

type Connections = ReturnType<typeof connections>;

function connections() {
  const sockets = new Set<Socket>();
  let until = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    sockets,
    /** Also those that have more to be read at this moment. */
    rest(ms: number): void {
      const now = performance.now();
      until = Math.max(until, now) + ms;
      for (const socket of sockets) socket.pause();
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const socket of sockets) socket.resume();
      }, until - now);
    },
  };
}
