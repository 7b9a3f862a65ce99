// The primitive values of the protocol and its file attributes, read from a packet and written into one. A field that reaches beyond its packet is
// malformed.

import { ATTRIBUTE_FLAG } from './protocol';

/** The peer does not speak the protocol: nothing it sends after this can be trusted, its session ends. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

export class WireReader {
  #at = 0;
  readonly #packet: Buffer;

  constructor(packet: Buffer) {
    this.#packet = packet;
  }

  uint8(): number {
    return this.#packet.readUInt8(this.#take(1));
  }

  uint32(): number {
    return this.#packet.readUInt32BE(this.#take(4));
  }

  uint64(): bigint {
    return this.#packet.readBigUInt64BE(this.#take(8));
  }

  /** A view of the packet, not a copy. */
  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#packet.subarray(start, start + length);
  }

  /** For names of the protocol itself, which are ASCII; file names stay bytes. */
  ascii(): string {
    return this.bytes().toString('latin1');
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#packet.length - start) throw new MalformedPacket('A field reaches beyond the end of its packet.');
    this.#at = start + length;
    return start;
  }
}

export class WireWriter {
  readonly #parts: Buffer[] = [];

  uint8(value: number): this {
    this.#parts.push(Buffer.of(value));
    return this;
  }

  uint32(value: number): this {
    const part = Buffer.allocUnsafe(4);
    part.writeUInt32BE(value);
    this.#parts.push(part);
    return this;
  }

  uint64(value: bigint): this {
    const part = Buffer.allocUnsafe(8);
    part.writeBigUInt64BE(value);
    this.#parts.push(part);
    return this;
  }

  bytes(value: Buffer | string): this {
    const part = typeof value === 'string' ? Buffer.from(value) : value;
    this.uint32(part.length);
    this.#parts.push(part);
    return this;
  }

  /** The packet with its length field in front. */
  packet(): Buffer {
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.allocUnsafe(4);
    head.writeUInt32BE(length);
    return Buffer.concat([head, ...this.#parts], length + 4);
  }
}

/** Of files. A client sends the ones it wants set; the server sends all it knows. */
export interface Attributes {
  readonly size?: bigint;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly accessed: number; readonly modified: number };
}

export function readAttributes(reader: WireReader): Attributes {
  const flags = reader.uint32();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  // The order of the fields is the protocol's; an object literal is evaluated in that order.
  return {
    ...(has(ATTRIBUTE_FLAG.size) && { size: reader.uint64() }),
    ...(has(ATTRIBUTE_FLAG.owner) && { owner: { uid: reader.uint32(), gid: reader.uint32() } }),
    ...(has(ATTRIBUTE_FLAG.mode) && { mode: reader.uint32() }),
    ...(has(ATTRIBUTE_FLAG.times) && { times: { accessed: reader.uint32(), modified: reader.uint32() } }),
  };
}

export function writeAttributes(writer: WireWriter, attributes: Attributes): WireWriter {
  const { size, owner, mode, times } = attributes;
  writer.uint32(
    (size === undefined ? 0 : ATTRIBUTE_FLAG.size) |
      (owner === undefined ? 0 : ATTRIBUTE_FLAG.owner) |
      (mode === undefined ? 0 : ATTRIBUTE_FLAG.mode) |
      (times === undefined ? 0 : ATTRIBUTE_FLAG.times),
  );
  if (size !== undefined) writer.uint64(size);
  if (owner !== undefined) writer.uint32(owner.uid).uint32(owner.gid);
  if (mode !== undefined) writer.uint32(mode);
  if (times !== undefined) writer.uint32(times.accessed).uint32(times.modified);
  return writer;
}
