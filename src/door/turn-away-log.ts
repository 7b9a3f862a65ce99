// One line a minute about connections that were turned away: a flood is to be seen in the log, not to fill it.

import type { Clock, Log } from '../ports';

const EVERY_MS = 60_000;

export function createTurnAwayLog(log: Log, clock: Clock): (reason: string) => void {
  let counts: Record<string, number> = {};
  let saidAt = -Infinity;
  return (reason) => {
    counts[reason] = (counts[reason] ?? 0) + 1;
    const now = clock.now().getTime();
    if (now - saidAt < EVERY_MS) return;
    log.warn('Connections were turned away before a log-in', counts);
    counts = {};
    saidAt = now;
  };
}
