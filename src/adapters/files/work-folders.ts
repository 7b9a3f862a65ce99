// The folders of imports in `work/`. A folder whose name is not an import id is not ours and is left alone.

import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseImportId } from '../../domain/ids';
import type { WorkFolder } from '../../ports';
import { missingAsUndefined } from './sync-folder';

export async function workFolders(work: string, sourceName: string): Promise<readonly WorkFolder[]> {
  const folders: WorkFolder[] = [];
  for (const entry of (await missingAsUndefined(readdir(work, { withFileTypes: true }))) ?? []) {
    const importId = entry.isDirectory() ? parseImportId(entry.name)?.importId : undefined;
    if (importId === undefined) continue;
    const folder = path.join(work, importId);
    const [found, source] = await Promise.all([
      missingAsUndefined(lstat(folder)),
      missingAsUndefined(lstat(path.join(folder, sourceName))),
    ]);
    if (found !== undefined) folders.push({ importId, changedAt: found.ctime, holdsFile: source !== undefined });
  }
  return folders;
}
