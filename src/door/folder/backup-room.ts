// How much lies in a client's `.bak`, against its allowance there. Counting a year of files takes a while, so it is done now and then, beside
// the uploads and a few files at a time; an upload uses the last count.

import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { oneAtATime, inBunches } from '../one-at-a-time';
import { FolderError, unlessMissing } from './folder-error';

interface BackupAllowance {
  readonly backupBytes: number;
  readonly backupFiles: number;
}

interface BackedUp {
  readonly bytes: number;
  readonly files: number;
}

/** From this share of the allowance on, operators are told. */
export const NEARLY_FULL = 0.8;
const COUNT_EVERY_MS = 10 * 60_000;
/** Files may have been removed since: a client is not kept waiting for the next count. */
const COUNT_FULL_EVERY_MS = 10_000;

export interface BackupRoom {
  /** Before an upload. Throws FolderError with a sentence for the client. */
  assertRoom(): Promise<void>;
}

/** `counted` is told of each count, and the share of the allowance that is taken. It never throws. */
export function backupRoom(root: string, allowance: BackupAllowance, counted: (backedUp: BackedUp, share: number) => void): BackupRoom {
  let last: { readonly at: number; readonly share: number } | undefined;
  const count = oneAtATime(async () => {
    const at = performance.now();
    const backedUp = await countBackups(root);
    const share = shareOf(backedUp, allowance);
    last = { at, share };
    counted(backedUp, share);
  });
  const isFull = (): boolean => last !== undefined && last.share >= 1;
  return {
    async assertRoom() {
      const wasFull = isFull();
      const age = performance.now() - (last?.at ?? -Infinity);
      if (age < (wasFull ? COUNT_FULL_EVERY_MS : COUNT_EVERY_MS)) {
        if (wasFull) throw full();
        return;
      }
      // A failed count keeps nobody out: the disk has its own reserve.
      const counting = count().catch(() => undefined);
      if (!wasFull) return;
      await counting;
      if (isFull()) throw full();
    },
  };
}

/** Of a client's root. Nothing when there is no `.bak` yet. */
export async function countBackups(root: string): Promise<BackedUp> {
  const folder = join(root, '.bak');
  const names = await opendir(folder).catch(unlessMissing);
  let [bytes, files] = [0, 0];
  await inBunches(names ?? [], async ({ name }) => {
    const found = await lstat(join(folder, name)).catch(unlessMissing);
    if (found !== undefined) [bytes, files] = [bytes + found.size, files + 1];
  });
  return { bytes, files };
}

export function shareOf({ bytes, files }: BackedUp, { backupBytes, backupFiles }: BackupAllowance): number {
  return Math.max(bytes / backupBytes, files / backupFiles);
}

function full(): FolderError {
  return new FolderError('failed', 'Your .bak is full: nothing more can be uploaded until older files are removed from it. Call us');
}
