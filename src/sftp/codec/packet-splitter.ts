// Cuts the byte stream of a session into packets, wherever the network has cut it before. Copies each byte once.

import { MAX_PACKET_BYTES, PACKET } from './protocol';
import { MalformedPacket } from './wire';

const LENGTH_FIELD = 4;
/** Memory is counted by chunk: a packet that comes byte by byte is joined on the way. */
const MAX_CHUNKS = 1000;

/** Up to the id: what has to be there of a packet to answer it. */
const HEAD_BYTES = LENGTH_FIELD + 1 + 4;

/** Of a program that hands over all it has in one piece, as Ruby's Net::SFTP does: it waits for the answer to this request. */
export class BlockTooLong extends MalformedPacket {
  readonly id: number;

  constructor(id: number) {
    super('A block is longer than a packet may be.');
    this.id = id;
  }
}

export class PacketSplitter {
  #chunks: Buffer[] = [];
  #held = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#chunks.length > MAX_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** The next whole packet without its length field; undefined until more bytes come. Throws MalformedPacket on an impossible length. */
  next(): Buffer | undefined {
    if (this.#held < LENGTH_FIELD) return undefined;
    const length = this.#join(LENGTH_FIELD).readUInt32BE();
    if (length < 1 || length > MAX_PACKET_BYTES) throw this.#impossible();
    if (this.#held < LENGTH_FIELD + length) return undefined;
    const joined = this.#join(LENGTH_FIELD + length);
    const rest = joined.subarray(LENGTH_FIELD + length);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
    this.#held -= LENGTH_FIELD + length;
    return joined.subarray(LENGTH_FIELD, LENGTH_FIELD + length);
  }

  #impossible(): MalformedPacket {
    const head = this.#held < HEAD_BYTES ? undefined : this.#join(HEAD_BYTES);
    if (head?.[LENGTH_FIELD] === PACKET.write) return new BlockTooLong(head.readUInt32BE(LENGTH_FIELD + 1));
    return new MalformedPacket('A packet has an impossible length.');
  }

  /** Makes the first chunk hold at least this many bytes; only called when they are there. */
  #join(bytes: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= bytes) return first;
    let count = 0;
    for (let have = 0; have < bytes; count++) have += this.#chunks[count]?.length ?? 0;
    const joined = Buffer.concat(this.#chunks.slice(0, count));
    this.#chunks.splice(0, count, joined);
    return joined;
  }
}
