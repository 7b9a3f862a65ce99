// Bounds work that is dear: so many at a time, so many more in the queue.

/** Runs at most `limit` at a time; those that would be too many in the queue are turned away. */
export function atMost(limit: number, queue: number): <T>(work: () => Promise<T>) => Promise<T | 'too-busy'> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) {
      if (waiting.length >= queue) return 'too-busy';
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
