// Watches a file that should be windows-1252 for being UTF-8: every byte beyond ASCII belongs to a valid character of it. By chance that
// hardly ever happens, and read as agreed, each of its accents would become two wrong letters.

import { textDecoder, type Decode } from './text-decoder';

export class Utf8Watch {
  readonly #decode: Decode = textDecoder('utf-8');
  #isValid = true;
  #hasAccents = false;

  add(bytes: Buffer, isLast = false): void {
    if (!this.#isValid) return;
    this.#hasAccents ||= bytes.some((byte) => byte >= 0x80);
    this.#isValid = !this.#decode(bytes, isLast).isBroken;
  }

  /** Of what it has seen so far. */
  get isUtf8(): boolean {
    return this.#isValid && this.#hasAccents;
  }
}
