// How many files of a client's folder wait to be taken by an import, and since when. Looked up in the directory alone, so that it can be
// told when neither Temporal nor MongoDB answers.

import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName } from '../../domain/file/temporary-name';
import type { WaitingFiles } from '../../ports';
import { unlessMissing } from './folder-error';

export async function findWaiting(root: string): Promise<WaitingFiles> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  let files = 0;
  let oldest = Infinity;
  for (const entry of entries) {
    if (!entry.isFile() || isTemporaryName(entry.name)) continue;
    const found = await lstat(path.join(root, entry.name)).catch(unlessMissing);
    if (found === undefined) continue;
    files += 1;
    oldest = Math.min(oldest, found.ctimeMs);
  }
  return { files, oldest: files === 0 ? null : new Date(oldest) };
}
