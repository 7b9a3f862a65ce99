// Clocks that disagree make files look quiet too early or too late, and silence alarms lie. Compared with this machine's: MongoDB's, the
// file system's (it may be another machine), and Temporal's, which tells its time only through when workers last asked it.

import { randomUUID } from 'node:crypto';
import { lstat, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ill, well, type Finding } from './finding';

const MOST_APART_MS = 2_000;

interface ClockReading {
  readonly name: string;
  /** Milliseconds that the other clock is ahead of ours; null = it does not tell. */
  readonly aheadMs: number | null;
}

export function judgeClocks(readings: readonly ClockReading[]): Finding {
  const apart = readings.filter(({ aheadMs }) => aheadMs !== null && Math.abs(aheadMs) > MOST_APART_MS);
  if (apart.length > 0) {
    const words = apart.map(({ name, aheadMs }) => `${name} is ${seconds(aheadMs ?? 0)} ${(aheadMs ?? 0) > 0 ? 'ahead' : 'behind'}`);
    return ill(words.join(', '), 'Let NTP set the clocks of all machines');
  }
  const told = readings.filter(({ aheadMs }) => aheadMs !== null).map(({ name }) => name);
  return well(told.length === 0 ? 'no other clock could be read' : `agrees with ${told.join(', ')}`);
}

/** The other clock was read at some moment of the call: half of it is the best guess. */
export async function readClock(name: string, read: () => Promise<Date | null>): Promise<ClockReading> {
  const before = Date.now();
  const time = await read().catch(() => null);
  const after = Date.now();
  // A slow answer says too little.
  if (time === null || after - before > MOST_APART_MS) return { name, aheadMs: null };
  const ahead = time.getTime() - (before + after) / 2;
  // Within the call's own length nothing can be told.
  return { name, aheadMs: Math.abs(ahead) <= after - before ? 0 : ahead };
}

/** When the file system says that a file was made just now. */
export async function fileSystemTime(dataDir: string): Promise<Date> {
  const probe = path.join(dataDir, `.clock-${randomUUID()}`);
  try {
    await writeFile(probe, '');
    return (await lstat(probe)).ctime;
  } finally {
    await rm(probe, { force: true });
  }
}

function seconds(ms: number): string {
  return `${Math.round(Math.abs(ms) / 1000)} s`;
}
