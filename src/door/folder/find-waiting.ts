// How many files of a client's folder wait to be taken by an import, and since when. Looked up in the directory alone, so that it can be
// told when neither Temporal nor MongoDB answers.

import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName, type WaitingFiles } from '../../domain/file/folder-files';
import { unlessMissing } from './folder-error';

/** `newest` = when the newest of them was last touched. */
export async function findWaiting(root: string): Promise<WaitingFiles & { readonly newest: Date | null }> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  let files = 0;
  let [oldest, newest] = [Infinity, 0];
  for (const entry of entries) {
    if (!entry.isFile() || isTemporaryName(entry.name)) continue;
    const found = await lstat(path.join(root, entry.name)).catch(unlessMissing);
    if (found === undefined) continue;
    files += 1;
    oldest = Math.min(oldest, found.ctimeMs);
    newest = Math.max(newest, found.ctimeMs);
  }
  return files === 0 ? { files, oldest: null, newest: null } : { files, oldest: new Date(oldest), newest: new Date(newest) };
}
