// A large file must not slow down everybody else's. Alone in this process, an import has as many batches at work as it has chunks in flight;
// while other imports take their steps here, too, its batches run one at a time.

import type { ImportId } from '../src/domain/ids';
import { within } from '../src/domain/within';

/** An import counts as here for this long after a step: between two of them, Temporal is at work. */
const HERE_MS = 2_000;
/** How long a batch waits, well within the heartbeat timeouts of workflows/activity-options.ts: one that hangs must not hold up the others. */
const PATIENCE_MS = 10_000;

interface Seen {
  /** Steps and batches that have begun and not ended. */
  atWork: number;
  lastAt: number;
  /** The last one that began while others were here. */
  batch?: Promise<unknown> | undefined;
}

export class Pace {
  readonly #seen = new Map<ImportId, Seen>();

  /** The same step; others make room for the import that takes it. */
  seen<Input extends { readonly importId: ImportId }, Result>(step: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
    return async (input) => this.#during(input.importId, () => step(input));
  }

  /** `hasWaited`: what was asked before may have changed meanwhile, such as whose turn it is. */
  async batch<Result>(importId: ImportId, work: (hasWaited: boolean) => Promise<Result>): Promise<Result> {
    return this.#during(importId, async (seen) => {
      if (this.#seen.size === 1) return work(false);
      const mine = seen.batch === undefined ? work(false) : within<unknown>(PATIENCE_MS, seen.batch, () => 'hangs').then(() => work(true));
      const ended = mine.catch(() => undefined);
      seen.batch = ended;
      await ended;
      if (seen.batch === ended) seen.batch = undefined;
      return mine;
    });
  }

  async #during<Result>(importId: ImportId, work: (seen: Seen) => Promise<Result>): Promise<Result> {
    const seen: Seen = this.#seen.get(importId) ?? { atWork: 0, lastAt: 0 };
    const since = performance.now() - HERE_MS;
    for (const [other, { atWork, lastAt }] of this.#seen) if (atWork === 0 && lastAt < since) this.#seen.delete(other);
    this.#seen.set(importId, seen);
    seen.atWork++;
    try {
      return await work(seen);
    } finally {
      seen.atWork--;
      seen.lastAt = performance.now();
    }
  }
}
