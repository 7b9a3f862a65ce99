// Keeps a process going until it is told to stop: one that ends by itself is started again, at once and then less and less eagerly.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ports';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
const SETTLED_MS = 30_000;

export interface Stoppable {
  stop(): Promise<void>;
}

export interface Kept extends Stoppable {
  readonly ended: Promise<string>;
}

interface KeepRunning {
  readonly name: string;
  /** Resolves when it is ready for use. */
  readonly start: () => Promise<Kept>;
  readonly log: Log;
}

/** Resolves after the first start; rejects when that one fails, because then a person should look. */
export async function keepRunning({ name, start, log }: KeepRunning): Promise<Stoppable> {
  const stopping = new AbortController();
  let current = await start();
  const watch = async () => {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      const startedAt = Date.now();
      const how = await current.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > SETTLED_MS) wait = FIRST_WAIT_MS;
      log.warn(`${name} ended; it is started again`, { how });
      for (let again = false; !again; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        again = await start().then(
          (next) => {
            current = next;
            return true;
          },
          (error: unknown) => {
            log.error(`${name} could not be started again; the next try follows`, { error });
            return false;
          },
        );
      }
      if (stopping.signal.aborted) return;
      log.info(`${name} runs again`);
    }
  };
  const watched = watch();
  return {
    async stop() {
      stopping.abort();
      await current.stop();
      await watched;
      // A start that was under way when the stop came.
      await current.stop();
    },
  };
}
