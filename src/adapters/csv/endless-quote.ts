// A quoted value that has outgrown what a record may hold. Whether its quote is never closed or its record just too long shows only at
// its end, so the end is looked for without keeping what lies before it.

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** closed: the value ends as one should; unclosed: text follows what looked like the end, or the file ends first. */
export type QuoteEnd = 'closed' | 'unclosed';

export class EndlessQuote {
  readonly #delimiter: number;
  /** The last byte was a quote: the next one tells whether it closes the value or is the first half of a quote in it. */
  #isHalf = false;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  /** Undefined = still going on. */
  add(bytes: Uint8Array): QuoteEnd | undefined {
    let at = 0;
    for (;;) {
      if (!this.#isHalf) at = bytes.indexOf(QUOTE, at) + 1;
      if (!this.#isHalf && at === 0) return undefined;
      this.#isHalf = at === bytes.length;
      if (this.#isHalf) return undefined;
      const next = bytes[at]!;
      if (next !== QUOTE) return next === this.#delimiter || next === LF || next === CR ? 'closed' : 'unclosed';
      at++;
    }
  }

  /** The file has ended. */
  finish(): QuoteEnd {
    return this.#isHalf ? 'closed' : 'unclosed';
  }
}
