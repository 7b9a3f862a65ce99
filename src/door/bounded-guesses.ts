// Bounds on the passwords that are checked at the same moment: each check is expensive, and may be somebody's guess.

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
      // The one that waits gets the place itself: a newcomer cannot take it in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/**
 * Passwords that are being looked at count before it is known whether they are right: else an address could try sixty at the same moment, and be
 * banned when it is too late. Those beyond what it may still get wrong wait for the others' end. `mayFail` = how many more of a place may be
 * wrong before it is banned.
 */
export function guessesInFlight(mayFail: (place: string) => number): <T>(place: string, guess: () => Promise<T>) => Promise<T> {
  const places = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return async (place, guess) => {
    const mine = places.get(place) ?? { running: 0, waiting: [] };
    places.set(place, mine);
    while (mine.running >= Math.max(1, mayFail(place))) await new Promise<void>((resolve) => mine.waiting.push(resolve));
    mine.running += 1;
    try {
      return await guess();
    } finally {
      mine.running -= 1;
      // All of them look again: a ban lets each of them go at once, a right password makes room for one.
      for (const wake of mine.waiting.splice(0)) wake();
      if (mine.running === 0 && mine.waiting.length === 0 && places.get(place) === mine) places.delete(place);
    }
  };
}
