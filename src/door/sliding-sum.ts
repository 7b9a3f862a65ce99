// Points by key over a span of time that slides along: what is older no longer counts. In memory and bounded: an attacker who invents keys
// makes us forget the oldest, not grow.

interface Noted {
  readonly at: number;
  readonly points: number;
}

const MAX_KEYS = 20_000;

export class SlidingSum {
  readonly #noted = new Map<string, Noted[]>();

  readonly #spanMs: number;
  readonly #maxKeys: number;

  constructor(spanMs: number, maxKeys = MAX_KEYS) {
    this.#spanMs = spanMs;
    this.#maxKeys = maxKeys;
  }

  /** The sum with these points. */
  add(key: string, points: number, now: number): number {
    const noted = [...this.#recent(key, now), { at: now, points }];
    // Put back at the end, so that the keys are in the order of last use.
    this.#noted.delete(key);
    this.#noted.set(key, noted);
    if (this.#noted.size > this.#maxKeys) this.#forgetOldest(now);
    return sum(noted);
  }

  of(key: string, now: number): number {
    return sum(this.#recent(key, now));
  }

  clear(key: string): void {
    this.#noted.delete(key);
  }

  get size(): number {
    return this.#noted.size;
  }

  #recent(key: string, now: number): Noted[] {
    return (this.#noted.get(key) ?? []).filter(({ at }) => now - at < this.#spanMs);
  }

  #forgetOldest(now: number): void {
    for (const [key, noted] of this.#noted) {
      const last = noted.at(-1);
      if (this.#noted.size <= this.#maxKeys && last !== undefined && now - last.at < this.#spanMs) return;
      this.#noted.delete(key);
    }
  }
}

function sum(noted: readonly Noted[]): number {
  return noted.reduce((total, { points }) => total + points, 0);
}
