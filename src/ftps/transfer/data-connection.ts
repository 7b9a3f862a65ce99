// A data connection in TLS that knows how it ended. A client that has sent all it had says so (close_notify) before it hangs up; one that
// is killed never does, however its kernel closes the connection for it.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { Limits } from '../../door/limits';
import { SentBlocks } from '../../door/sent-blocks';
import { Duplex } from 'node:stream';

/**
 * The bytes of a data connection below TLS, as a stream of our own. TLS straight on a socket reports the same end for a peer that said it
 * is done and for one that was killed; on a stream, the end of the bytes is seen apart from the end of what they say.
 */
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

/** `whole` = the peer said that it is done; `cut` = the bytes ended without a word; `reset` = the connection broke. */
export type Ending = 'whole' | 'cut' | 'reset';

export type DataLimits = Pick<Limits, 'dataOpensMs' | 'dataStallsMs'>;

/** ftplib writes 8 KiB at a time, Commons Net gathers eight blocks of 1 KiB, and Go's TLS cuts its first 32 KiB into shorter ones. */
const BLOCKS = { shortest: 8 * 1024, unit: 1024, copied: 32 * 1024 };

export class DataConnection extends TLSSocket {
  /** Nothing moved for so long that it was cut off. */
  hasStalled = false;
  readonly #limits: DataLimits;
  readonly #raw: RawBytes;
  readonly #isSecure: Promise<boolean>;
  readonly #blocks = new SentBlocks(BLOCKS);
  #received = 0;
  #saidSo = false;

  constructor(socket: Socket, secureContext: SecureContext, limits: DataLimits) {
    const raw = new RawBytes(socket);
    super(raw, { isServer: true, secureContext });
    this.#raw = raw;
    this.#limits = limits;
    socket.setTimeout(limits.dataStallsMs, () => {
      this.hasStalled = true;
      socket.destroy();
    });
    this.once('secure', () => {
      if (this.getProtocol() === 'TLSv1.3') raw.hold();
    });
    // The reader or writer gets the error; without a listener it would end the process.
    this.on('error', () => this.destroy());
    const gone = Promise.race([once(this, 'close'), once(raw, 'end')]).then(() => false);
    this.#isSecure = Promise.race([once(this, 'secure').then(() => true), gone]).catch(() => false);
  }

  /**
   * Under TLS 1.3 session tickets follow the handshake. A program that only sends would leave them unread, and when it closes, its
   * system would reset the connection for that and lose the end of the file. So they wait until there is something to read: our data,
   * or our end.
   */
  speak(): void {
    this.#raw.release();
  }

  /** False when the peer does not speak TLS, or is gone. To be waited for before anything is written: an empty file would end it. */
  async handshake(): Promise<boolean> {
    const late = setTimeout(() => this.destroy(), this.#limits.dataOpensMs);
    return this.#isSecure.finally(() => clearTimeout(late));
  }

  /** Of a connection that has been read to its end. That it was reset may show only when we have said our own end. */
  get ending(): Ending {
    if (this.#saidSo) return 'whole';
    return this.#raw.wasReset ? 'reset' : 'cut';
  }

  /** Whether what came looks as if its program had stopped half-way, and closed politely all the same. */
  get looksCut(): boolean {
    return this.#blocks.lookCut(this.#received);
  }

  /**
   * TLS hands over record by record, which is block by block as the program wrote them, and its end: while the bytes below have not
   * ended, it can only have read it in them.
   */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null && !this.#raw.readableEnded) this.#saidSo = true;
    if (chunk instanceof Uint8Array) this.#blocks.add(chunk, (this.#received += chunk.length));
    return super.push(chunk, encoding);
  }
}
