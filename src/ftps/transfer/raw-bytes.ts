// The bytes of a data connection below TLS, as a stream of our own. TLS straight on a socket reports the same end for a peer that said
// it is done and for one that was killed; on a stream, the end of the bytes is seen apart from the end of what they say.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export class RawBytes extends Duplex {
  /** The connection broke. What had arrived before is still read to its end: it may say that nothing is missing. */
  wasReset = false;
  readonly #socket: Socket;
  #held: Buffer[] | undefined;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (socket.readableEnded || this.destroyed) return;
      this.wasReset = true;
      this.push(null);
    });
  }

  /** From now on what is written waits for our end, or for `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    // In one piece: where the peer has closed its side, the second one would be answered by a reset, and be taken for the peer's.
    if (held.length > 0) this.#send(Buffer.concat(held));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#held !== undefined) {
      this.#held.push(chunk);
      return done();
    }
    this.#send(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.release();
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #send(bytes: Buffer, done?: (error?: Error | null) => void): void {
    this.#socket.write(bytes, (error) => {
      // A reset that comes right behind data is reported as an end (libuv takes the hang-up for one); writing tells them apart.
      this.wasReset ||= error != null;
      done?.(error);
    });
  }
}
