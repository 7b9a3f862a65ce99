// The control connection as a queue of command lines and a place for replies, before TLS and after. An ABOR is seen at once, also while
// the command before it is still at work.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { LineSplitter, type Line, encodeReply, reply, type Reply } from './command';

/** What a client may send ahead. Much more than any does; a queue without an end would be somebody's weapon. */
const MAX_WAITING = 256;
const GOODBYE_MS = 1000;
const ABORT = /^ABOR$/i;
// What every TLS conversation begins with: a record of its handshake.
const [HANDSHAKE, TLS_VERSION] = [0x16, 0x03];

/** `client-hello` = the peer began TLS without having asked for it. Waiting for the end of such a line could take for ever. */
export type Said = Line | { readonly kind: 'client-hello' };

export class ControlLink {
  /** Aborted when the peer hung up, or was sent away. */
  readonly gone: AbortSignal;
  readonly #hungUp = new AbortController();
  readonly #onAbort: () => void;
  readonly #idleMs: number;
  #stream: Socket;
  #waiting: Said[] = [];
  #wake: () => void = () => undefined;
  #detach: () => void;

  constructor(socket: Socket, { onAbort, idleMs }: { readonly onAbort: () => void; readonly idleMs: number }) {
    this.gone = this.#hungUp.signal;
    this.#onAbort = onAbort;
    this.#idleMs = idleMs;
    this.#stream = socket;
    this.#detach = this.#attach(socket);
  }

  /** Undefined when no more will come. */
  async next(): Promise<Said | undefined> {
    while (this.#waiting.length === 0 && !this.gone.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#waiting.shift();
  }

  /** Resolves when more may be said, or the peer has taken nothing for so long that it is sent away. */
  async send(answer: Reply): Promise<void> {
    if (this.gone.aborted || !this.#stream.writable) return;
    if (this.#stream.write(encodeReply(answer))) return;
    const idle = setTimeout(() => this.dismiss(421, 'Nothing was read for too long'), this.#idleMs);
    await once(this.#stream, 'drain', { signal: this.gone }).catch(() => undefined);
    clearTimeout(idle);
  }

  /** Whether the peer is there, as far as can be told: it has not hung up, and took all that was said to it. */
  get isAlive(): boolean {
    return !this.gone.aborted && this.#stream.writable && this.#stream.writableLength === 0;
  }

  /** The peer wants to break off what it has asked for before. */
  get isAbortWaiting(): boolean {
    return this.#waiting.some(isAbort);
  }

  /**
   * Goes on in TLS. Whatever came in the clear behind the command is forgotten before the peer hears that it may start: somebody in the
   * middle could have put it there. Resolves when the handshake is done; false when there was none.
   */
  async secure(secureContext: SecureContext, welcome: Reply): Promise<boolean> {
    const plain = this.#stream;
    this.#detach();
    plain.pause();
    while (plain.read() !== null);
    this.#waiting = [];
    await new Promise<void>((resolve) => plain.write(encodeReply(welcome), () => resolve()));
    if (plain.destroyed) {
      this.#hungUp.abort();
      return false;
    }
    const secured = new TLSSocket(plain, { isServer: true, secureContext });
    this.#stream = secured;
    this.#detach = this.#attach(secured);
    await once(secured, 'secure', { signal: this.gone }).catch(() => undefined);
    return !this.gone.aborted;
  }

  /** Sends the peer away, with a word. Whatever it is at is broken off. */
  dismiss(code: 221 | 421, why?: string): void {
    this.#waiting = [];
    if (!this.gone.aborted) void this.send(reply(code, why === undefined ? 'Goodbye' : `${why}. Goodbye`));
    this.#hungUp.abort();
    this.#wake();
  }

  /** Lets the peer read what was said to it last. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed) return;
    stream.end();
    await once(stream, 'close', { signal: AbortSignal.timeout(GOODBYE_MS) }).catch(() => undefined);
    stream.destroy();
  }

  #attach(stream: Socket): () => void {
    const splitter = new LineSplitter();
    let isFirst = true;
    const onData = (chunk: Buffer): void => {
      if (isFirst && chunk[0] === HANDSHAKE && chunk[1] === TLS_VERSION) this.#waiting.push({ kind: 'client-hello' });
      isFirst = false;
      for (const line of splitter.push(chunk)) {
        if (isAbort(line)) this.#onAbort();
        this.#waiting.push(line);
      }
      if (this.#waiting.length > MAX_WAITING) this.dismiss(421, 'Too many commands at once');
      this.#wake();
    };
    const onGone = (): void => {
      this.#hungUp.abort();
      this.#wake();
    };
    stream.on('data', onData).on('end', onGone).on('close', onGone).on('error', onGone);
    return () => stream.off('data', onData).off('end', onGone).off('close', onGone).off('error', onGone);
  }
}

function isAbort(line: Said): boolean {
  return line.kind === 'text' && ABORT.test(line.text);
}
