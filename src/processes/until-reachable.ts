// A process that starts before its services (a container, a machine after a power cut) waits for them instead of ending and being started
// again and again. Under `imports up` it waits half a minute and no more: there a person waits for a first start, and the parent tries again.

import { setTimeout as sleep } from 'node:timers/promises';
import { ImportsError } from '../errors';
import type { Log } from '../ports';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A line now and then, so that a log read late still says what is missing. */
const SAY_AGAIN_MS = 300_000;
/** What a service that has just been started beside us may need on a slow machine. */
const PATIENCE_UNDER_UP_MS = 30_000;

export async function untilReachable<T>(log: Log, attempt: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  let saidAt = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ImportsError && error.code === 'UNREACHABLE')) throw error;
      if (process.connected && Date.now() - startedAt > PATIENCE_UNDER_UP_MS) throw error;
      if (Date.now() - saidAt > SAY_AGAIN_MS) {
        log.warn('waiting for a service', { error });
        saidAt = Date.now();
      }
    }
    await sleep(wait);
  }
}
