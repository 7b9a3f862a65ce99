// Packets of our own among those of ssh2, whose interface has no call for them. An ordinary packet is let through the same way, and its
// content is exchanged at the last moment before it is encrypted.

import type { Connection } from 'ssh2';
import { objectIn, unknownVersion } from './channel-guards';

type Call = (...args: unknown[]) => unknown;

const BANNER = 53;
const DISCONNECT = 1;
const TOO_MANY_CONNECTIONS = 12;

/** `exchange` gets the content of each packet that `send` sends, and returns what goes out instead. */
export function exchangingPackets(connection: Connection, exchange: (content: Buffer) => Buffer, send: () => void): void {
  const writer = objectIn(objectIn(objectIn(connection, '_protocol'), '_packetRW'), 'write');
  const start: unknown = Reflect.get(writer, 'allocStart');
  const [alloc, finalize] = [callOf(writer, 'alloc'), callOf(writer, 'finalize')];
  if (typeof start !== 'number') throw unknownVersion('allocStart');
  Reflect.set(writer, 'finalize', (packet: Buffer, force?: boolean) => {
    const content = exchange(packet.subarray(start));
    const exchanged = alloc(content.length, force) as Buffer;
    exchanged.set(content, start);
    return finalize(exchanged, force);
  });
  try {
    send();
  } finally {
    Reflect.deleteProperty(writer, 'finalize');
  }
}

/** Ends a connection that has not logged in with a sentence for its user. Programs show the banner, the reason, or both. */
export function turnAway(connection: Connection, sentence: string): void {
  const protocol = objectIn(connection, '_protocol');
  const disconnect = callOf(protocol, 'disconnect');
  const banner = Buffer.concat([Buffer.of(BANNER), stringOf(`${sentence}\r\n`), stringOf('')]);
  const goodbye = Buffer.concat([Buffer.of(DISCONNECT), uint32(TOO_MANY_CONNECTIONS), stringOf(sentence), stringOf('en')]);
  for (const packet of [banner, goodbye])
    exchangingPackets(
      connection,
      () => packet,
      () => disconnect(TOO_MANY_CONNECTIONS),
    );
  connection.end();
}

export function callOf(owner: object, key: string): Call {
  const call: unknown = Reflect.get(owner, key);
  if (typeof call !== 'function') throw unknownVersion(key);
  return (...args) => Reflect.apply(call, owner, args);
}

export function stringOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
