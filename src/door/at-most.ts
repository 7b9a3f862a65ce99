// Bounds work that is dear: so many at a time, so many more in the queue.

/** Runs at most `limit` at a time; those that would be too many in the queue are turned away. */
export function atMost(limit: number, queue: number): <T>(work: () => Promise<T>) => Promise<T | 'too-busy'> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < limit) running += 1;
    else if (waiting.length >= queue) return 'too-busy';
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits gets the place itself: a newcomer cannot take it in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
