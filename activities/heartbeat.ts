// Signs of life, so that a dead worker is told from one that works or waits. Which call depends on what there is to tell.

import { cancellationSignal, heartbeat } from '@temporalio/activity';

/** Well within the heartbeat timeouts of workflows/activity-options.ts. */
const BEAT_MS = 5_000;

/**
 * Between two batches. It is also where a step ends that nobody waits for any more: one that was cancelled, or that is done by another worker
 * because this one seemed dead. Continuing would do no harm, but be useless.
 */
export function beat(details?: unknown): void {
  cancellationSignal().throwIfAborted();
  heartbeat(details);
}

/** During work that reports no progress, such as waiting for a mail server or a disk. */
export async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Items one at a time, with a sign of life now and then: there may be millions. */
export async function* withHeartbeat<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  let n = 0;
  for await (const item of items) {
    if (n++ % 1_000 === 0) beat({ records: n });
    yield item;
  }
}

interface SideBySide<T> {
  readonly items: readonly T[];
  /** How many at a time. */
  readonly window: number;
  readonly onFailure: (item: T, error: unknown) => void;
}

/** The same small piece of work for many, a few at a time. One that fails does not hold up the others. How many failed. */
export async function sideBySide<T>({ items, window, onFailure }: SideBySide<T>, work: (item: T) => Promise<void>): Promise<number> {
  const queue = items.values();
  let failed = 0;
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      cancellationSignal().throwIfAborted();
      await work(item).catch((error: unknown) => {
        failed += 1;
        onFailure(item, error);
      });
    }
  };
  await whileBeating(() => Promise.all(Array.from({ length: window }, lane)));
  return failed;
}
