// The same small piece of work for many clients, a few at a time. One that fails is reported and does not hold up the others.

import { cancellationSignal } from '@temporalio/activity';
import { whileBeating } from './heartbeat';

interface SideBySide<T> {
  readonly items: readonly T[];
  /** How many at a time. */
  readonly window: number;
  readonly failed: (item: T, error: unknown) => void;
}

export async function sideBySide<T>({ items, window, failed }: SideBySide<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      cancellationSignal().throwIfAborted();
      await work(item).catch((error: unknown) => failed(item, error));
    }
  };
  await whileBeating(() => Promise.all(Array.from({ length: window }, lane)));
}
