// The driver keeps one look-out for each server. When a connection dies in the very moment in which the look-out asks over it, the driver
// (7.8, Connection.writeCommand) waits for ever for a socket that is gone, and every call fails with "server selection" although the server
// is back. No setting prevents it, so a look-out that does not come back is noticed here.

import type { mongo } from 'mongoose';

const LOOKS = 10;

/** Calls `onStuck` once when a look at a server has neither succeeded nor failed for `patienceMs` of the process's own time. */
export function watchMonitor(
  client: Pick<mongo.MongoClient, 'on'>,
  { patienceMs, onStuck }: { readonly patienceMs: number; readonly onStuck: () => void },
): void {
  const looks = new Map<string, NodeJS.Timeout>();
  const end = (address: string): void => {
    clearInterval(looks.get(address));
    looks.delete(address);
  };
  client.on('serverHeartbeatStarted', ({ connectionId: address }) => {
    end(address);
    let ticks = 0;
    // Counted, not measured: after a sleep of the whole machine nothing has been waited for yet.
    const look = setInterval(() => {
      if (++ticks < LOOKS) return;
      end(address);
      onStuck();
    }, patienceMs / LOOKS);
    looks.set(address, look.unref());
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => end(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => end(connectionId));
  client.on('serverClosed', ({ address }) => end(address));
}
