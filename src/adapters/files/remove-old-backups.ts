// Takes old files out of `.bak`. Age is measured by ctime: a file's was set when it came here, and no client can change it.

import { lstat, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { missingAsUndefined } from './sync-folder';

/** How many were removed. A receipt and failed records are files of their own, as old as the file that they belong to. */
export async function removeOldBackups(folder: string, before: Date, onProgress: () => void): Promise<number> {
  let removed = 0;
  for (const name of (await missingAsUndefined(readdir(folder))) ?? []) {
    const file = path.join(folder, name);
    const found = await missingAsUndefined(lstat(file));
    if (found === undefined || !found.isFile() || found.ctime >= before) continue;
    await missingAsUndefined(unlink(file));
    removed += 1;
    onProgress();
  }
  return removed;
}
