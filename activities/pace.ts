// A large file must not slow down everybody else's. Alone in this process, an import has as many batches at work as it has chunks in flight;
// while other imports take their steps here, too, its batches run one at a time.

import type { ImportId } from '../src/domain/ids';

/** Between two steps of an import, Temporal has the word: the import counts as here for this long after a step. */
const HERE_MS = 2_000;
/** A batch that hangs holds up the next one of its import for this long, well within the heartbeat timeouts of workflows/activity-options.ts. */
const PATIENCE_MS = 10_000;

export class Pace {
  readonly #lastSeen = new Map<ImportId, number>();
  readonly #lastBatch = new Map<ImportId, Promise<unknown>>();

  /** The same step; others make room for the import that takes it. */
  seen<Input extends { readonly importId: ImportId }, Result>(step: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
    return async (input) => {
      this.#see(input.importId);
      return step(input).finally(() => this.#see(input.importId));
    };
  }

  /** `hasWaited`: what was asked before may have changed meanwhile, such as whose turn it is. */
  async batch<Result>(importId: ImportId, work: (hasWaited: boolean) => Promise<Result>): Promise<Result> {
    this.#see(importId);
    if (this.#lastSeen.size === 1) return work(false);
    const before = this.#lastBatch.get(importId);
    const mine = before === undefined ? work(false) : endedOrHung(before).then(() => work(true));
    const ended = mine.catch(() => undefined);
    this.#lastBatch.set(importId, ended);
    await ended;
    if (this.#lastBatch.get(importId) === ended) this.#lastBatch.delete(importId);
    return mine;
  }

  #see(importId: ImportId): void {
    const now = performance.now();
    this.#lastSeen.set(importId, now);
    for (const [other, at] of this.#lastSeen) if (at < now - HERE_MS) this.#lastSeen.delete(other);
  }
}

async function endedOrHung(batch: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([batch, patience]);
  clearTimeout(timer);
}
