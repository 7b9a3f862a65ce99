// Optimistic concurrency: users are read, decided on in pure code and written where nobody was faster. Those that somebody else wrote
// meanwhile are decided on again.

import type { ImportId } from '../src/domain/ids';
import { notNow } from '../src/errors';

/** How often a user is decided on again. */
const MOST_RACES = 3;

/** `once` works on the numbers that are still open, at first all of them, and returns those that somebody else was faster with. */
export async function whileRaced(
  importId: ImportId,
  count: number,
  once: (open: readonly number[], round: number) => Promise<readonly number[]>,
): Promise<void> {
  let open: readonly number[] = Array.from({ length: count }, (_, index) => index);
  for (let round = 0; open.length > 0; round++) {
    if (round > MOST_RACES) throw notNow(`Others keep changing ${open.length} users of import ${importId}; the step is tried again.`);
    if (round > 0) await jitter(round);
    open = await once(open, round);
  }
}

function jitter(round: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20 * round + Math.random() * 50));
}
