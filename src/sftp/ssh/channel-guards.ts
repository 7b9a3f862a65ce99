// What ssh2 leaves to us, all of it open for a hostile client to stop or fill the whole process (its issues 1504 and 1505 among them).
// What is looked at is not in its documented interface: when it is missing, nobody is let in.

import { Socket } from 'node:net';
import type { Channel, Connection } from 'ssh2';
import { ImportsError } from '../../errors';

const MIN_PACKET_BYTES = 1024;
/** What may lie unread in a channel before its window stays shut. ssh2 would keep twice its window of 2 MB. */
const UNREAD_BYTES = 256 * 1024;
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
/** A window is counted in bytes, but memory is used by piece. A window full of 16 KiB blocks is 256 pieces. */
const MAX_UNREAD_PIECES = 16 * 1024;
/** Sessions wait at 4 MiB; what comes on top are answers that ssh2 gives by itself. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** The same in packets, which are of 1 KiB or more when a session sends them. */
const MAX_UNSENT_PACKETS = 10_000;
/** While keys are being changed, sessions wait after one answer, which may be cut into 255 packets. */
const MAX_QUEUED_PACKETS = 10 * 255;

/** A peer that takes packets of no bytes would keep ssh2 busy for ever with the first answer. */
export function takesPackets(channel: Channel): boolean {
  return numberIn(channel, 'outgoing', 'packetSize') >= MIN_PACKET_BYTES;
}

export function holdLess(channel: Channel): void {
  const state = objectIn(channel, '_readableState');
  numberIn(channel, '_readableState', 'highWaterMark');
  Reflect.set(state, 'highWaterMark', UNREAD_BYTES);
}

/** A peer that sends more than it was allowed to, or in crumbs. ssh2 would go on filling memory. */
export function overflows(channel: Channel): boolean {
  return (
    channel.readableLength > MAX_UNREAD_BYTES ||
    numberIn(channel, 'incoming', 'window') < 0 ||
    numberIn(objectIn(channel, '_readableState'), 'buffer', 'length') > MAX_UNREAD_PIECES
  );
}

/** While it lasts, ssh2 keeps everything that is sent in memory, whatever the channel's window and the socket say. */
export function isChangingKeys(connection: Connection): boolean {
  const protocol = objectIn(connection, '_protocol');
  if (!Reflect.has(protocol, '_kexinit')) throw unknownVersion('_kexinit');
  return Reflect.get(protocol, '_kexinit') !== undefined;
}

/** A peer that asks for one small answer after the other and takes none, or lets them wait for keys that it never agrees on. */
export function hoardsAnswers(connection: Connection, socket: Socket): boolean {
  const protocol = objectIn(connection, '_protocol');
  return (
    socket.writableLength > MAX_UNSENT_BYTES ||
    numberIn(objectIn(socket, '_writableState'), 'buffered', 'length') > MAX_UNSENT_PACKETS ||
    (Reflect.get(protocol, '_queue') !== undefined && numberIn(protocol, '_queue', 'length') > MAX_QUEUED_PACKETS)
  );
}

/** Those that are open, and those that were closed before anything was asked of them: ssh2 forgets them with the connection only. */
export function channelsKept(connection: Connection): number {
  return numberIn(connection, '_chanMgr', '_count');
}

/** ssh2 tells the address and port of a peer only, which another connection may have as well. */
export function socketUnder(connection: Connection): Socket {
  const socket = objectIn(connection, '_sock');
  if (!(socket instanceof Socket)) throw unknownVersion('_sock');
  return socket;
}

export function objectIn(owner: object, key: string): object {
  const value: unknown = Reflect.get(owner, key);
  if (typeof value !== 'object' || value === null) throw unknownVersion(key);
  return value;
}

function numberIn(owner: object, side: string, key: string): number {
  const value: unknown = Reflect.get(objectIn(owner, side), key);
  if (typeof value !== 'number') throw unknownVersion(key);
  return value;
}

export function unknownVersion(key: string): ImportsError {
  return new ImportsError('INVARIANT', `Reading ${key} of an SSH channel failed. The version of ssh2 is not the one this was written for.`);
}
