// Runs numbered steps in order with a few of them in flight.

/** Chunks in flight. A constant: recorded histories replay only while it does not shrink. */
export const WINDOW = 4;

interface Window {
  readonly from: number;
  readonly to: number;
  readonly window: number;
  /** Asked before each start: true = start no more, let those in flight end. */
  readonly stop: () => boolean;
}

/**
 * Resolves to the first number that was not started: `to` when all are done. Rejects with the first failure, when those in flight have
 * ended, too: by the time the caller hears of it, nothing is at work any more. No further step is started then.
 */
export async function inWindow({ from, to, window, stop }: Window, step: (n: number) => Promise<void>): Promise<number> {
  const inFlight = new Set<Promise<void>>();
  let next = from;
  for (;;) {
    while (next < to && inFlight.size < window && !stop()) {
      const running: Promise<void> = step(next++).finally(() => inFlight.delete(running));
      inFlight.add(running);
    }
    if (inFlight.size === 0) return next;
    await Promise.race(inFlight).catch(async (error: unknown) => {
      await Promise.allSettled(inFlight);
      throw error;
    });
  }
}
