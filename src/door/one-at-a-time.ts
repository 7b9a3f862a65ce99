// Work that many ask for and that is the same for all of them: done once at a time, however many sessions of a client ask.

import { inBatches } from '../domain/in-batches';

const BUNCH = 16;

/** What comes back was begun after it was asked for: those who ask while it runs share the next run. */
export function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const run = (): Promise<T> => {
    const mine = work().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  };
  return () => {
    if (running === undefined) return run();
    next ??= running
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}

/** Looks at many things, a few at a time: the disk is there for others, too. In the order of the items. */
export async function inBunches<I, T>(items: Iterable<I> | AsyncIterable<I>, look: (item: I) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for await (const bunch of inBatches(items, BUNCH)) results.push(...(await Promise.all(bunch.map(look))));
  return results;
}
