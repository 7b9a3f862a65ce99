// What comes in at a time may be thousands of small packets that ask for nothing, and ssh2 reads all of them in one go, with our only thread.
// A client that has sent such a heap rests for the others, on each of its connections the longer the more it has. Whole blocks, as programs
// send them, are read in a fraction of a millisecond.

import type { Socket } from 'node:net';

/** Not worth a rest, also where garbage is collected in between. */
const LONG_MS = 10;
/** Of the thread's time, for each part that the client takes. */
const PARTS_OF_OTHERS = 2;
/** Far less than the peer may take to answer a sign of life. */
const LONGEST_REST_MS = 5_000;

/** To be called when ssh2 listens already. `connections` = of the client, 0 while nobody has logged in. */
export function shareThread(socket: Socket, connections: () => number): void {
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
    const rest = spent < LONG_MS ? 0 : Math.min(spent * connections() * PARTS_OF_OTHERS, LONGEST_REST_MS);
    if (rest === 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), rest);
  });
}
