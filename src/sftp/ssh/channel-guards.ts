// Two things ssh2 leaves to us, both open for a hostile client to stop or fill the whole process (its issues 1504 and 1505). What is
// looked at is not in its documented interface: when it is missing, nobody is let in.

import type { Channel } from 'ssh2';
import { ImportsError } from '../../errors';

const MIN_PACKET_BYTES = 1024;
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** A peer that takes packets of no bytes would keep ssh2 busy for ever with the first answer. */
export function takesPackets(channel: Channel): boolean {
  return numberIn(channel.outgoing, 'packetSize') >= MIN_PACKET_BYTES;
}

/** A peer that sends more than it was allowed to. ssh2 would go on filling memory. */
export function overflows(channel: Channel): boolean {
  return channel.readableLength > MAX_UNREAD_BYTES || numberIn(channel.incoming, 'window') < 0;
}

function numberIn(side: unknown, key: string): number {
  const value: unknown = typeof side === 'object' && side !== null ? Reflect.get(side, key) : undefined;
  if (typeof value !== 'number') {
    throw new ImportsError(
      'INVARIANT',
      `Reading ${key} of an SSH channel failed. The version of ssh2 is not the one this was written for.`,
    );
  }
  return value;
}
