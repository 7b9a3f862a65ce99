// Signs of life during work that tells nothing of its progress: a worker that died should be told from one that waits for a mail server
// or for a disk.

import { heartbeat } from '@temporalio/activity';

/** Well within the heartbeat timeouts of workflows/activity-options.ts. */
const BEAT_MS = 5_000;

export async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
