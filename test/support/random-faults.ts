// Processes that die by kill -9, and inboxes that are terminated in Temporal, at moments that a seed chooses: the same seed chooses the same
// victims and moments again.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sleep } from './product';

export const MORTALS = ['worker', 'sftp', 'mongo', 'temporal', 'inbox'] as const;

export interface Fault {
  /** Milliseconds from the start of the story's part that is disturbed. */
  readonly after: number;
  readonly who: (typeof MORTALS)[number];
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One to three within `spanMs`, earliest first. */
export function chooseFaults(random: () => number, spanMs: number): readonly Fault[] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    after: Math.floor(random() * spanMs),
    who: MORTALS[Math.floor(random() * MORTALS.length)]!,
  })).sort((a, b) => a.after - b.after);
}

/**
 * Ends each at its moment; one that is just being started again has no process to end. Returns who really died. `endInbox` = whether there
 * was one.
 */
export async function strike(
  dataDir: string,
  faults: readonly Fault[],
  endInbox: () => Promise<boolean>,
): Promise<readonly Fault['who'][]> {
  const died: Fault['who'][] = [];
  const began = Date.now();
  for (const { after, who } of faults) {
    await sleep(Math.max(0, began + after - Date.now()));
    if (who === 'inbox') {
      if (await endInbox()) died.push(who);
      continue;
    }
    const file = path.join(dataDir, 'run', `${who}.pid`);
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (pid <= 1) continue;
    try {
      process.kill(pid, 'SIGKILL');
      died.push(who);
    } catch {
      // It had ended already, by an earlier fault.
    }
  }
  return died;
}
