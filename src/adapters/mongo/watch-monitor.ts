// The driver keeps one monitor for each server. When a connection dies at the very moment at which the monitor asks over it, the driver
// (7.8, Connection.writeCommand) waits forever for a socket that is gone, and every call fails with "server selection" although the server
// is back. No setting prevents that, so a monitor that has fallen silent is noticed here.

import type { mongo } from 'mongoose';

const LOOKS = 10;

/** Calls `onStuck` once when a look takes twice as long as the options allow and no writable server is known: else the process can work. */
export function watchMonitor(client: Pick<mongo.MongoClient, 'on' | 'options'>, onStuck: () => void): void {
  const { connectTimeoutMS, heartbeatFrequencyMS } = client.options;
  // The driver was told to wait for ever.
  if (connectTimeoutMS === 0) return;
  const patienceMs = 2 * (connectTimeoutMS + heartbeatFrequencyMS);
  const looks = new Map<string, NodeJS.Timeout>();
  const writable = new Set<string>();
  const end = (address: string): void => {
    clearInterval(looks.get(address));
    looks.delete(address);
  };
  const note = (address: string, isWritable: boolean): void => {
    if (isWritable) writable.add(address);
    else writable.delete(address);
  };
  client.on('serverHeartbeatStarted', ({ connectionId: address }) => {
    end(address);
    let ticks = 0;
    // Counted, not measured: after a sleep of the whole machine nothing has been waited for yet.
    const look = setInterval(() => {
      if (++ticks < LOOKS || writable.size > 0) return;
      end(address);
      onStuck();
    }, patienceMs / LOOKS);
    looks.set(address, look.unref());
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => {
    end(connectionId);
    note(connectionId, reply['isWritablePrimary'] === true);
  });
  client.on('serverHeartbeatFailed', ({ connectionId }) => {
    end(connectionId);
    note(connectionId, false);
  });
  client.on('serverDescriptionChanged', ({ address, newDescription }) => note(address, newDescription.isWritable));
  client.on('serverClosed', ({ address }) => {
    end(address);
    note(address, false);
  });
}
