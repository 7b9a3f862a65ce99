// How long a connection lasts, and on which keys: one without requests ends, one that goes on gets new keys, and one that is over is over.

import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import type { Peer } from '../../door/peer';
import type { Limits } from '../../door/limits';
import type { Log } from '../../ports';

/** Returns what to call when the peer has logged in, and at every request after that. */
export function keepAlive(
  connection: Connection,
  { socket, peer }: { readonly socket: Socket; readonly peer: Peer },
  { log, limits }: { readonly log: Log; readonly limits: Limits },
): () => void {
  const { idleMs, rekeyMs, rekeyBytes, goodbyeMs } = limits;
  // ssh2 ends its half of a connection and then waits for the peer's. One that never comes would hold its place for ever.
  const leave = (): void => {
    if (socket.destroyed) return;
    const leaving = setTimeout(() => socket.destroy(), goodbyeMs);
    socket.once('close', () => clearTimeout(leaving));
  };
  connection.on('error', leave);
  socket.once('finish', leave);

  let idle: NodeJS.Timeout | undefined;
  const endIdle = (): void => {
    log.info('A connection was idle and is ended', { ip: peer.address });
    connection.end();
    leave();
  };

  let keyedAt = 0;
  const rekey = (): void => {
    keyedAt = socket.bytesRead + socket.bytesWritten;
    // Given a callback, it reports a connection that is just ending instead of throwing.
    connection.rekey(() => undefined);
  };
  const rekeying = setInterval(rekey, rekeyMs);
  socket.on('data', () => {
    if (socket.bytesRead + socket.bytesWritten - keyedAt > rekeyBytes) rekey();
  });

  socket.once('close', () => {
    clearTimeout(idle);
    clearInterval(rekeying);
  });
  return () => {
    if (socket.destroyed) return;
    if (idle === undefined) idle = setTimeout(endIdle, idleMs);
    else idle.refresh();
  };
}
