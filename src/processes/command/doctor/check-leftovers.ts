// Files that nobody will come back for, and clients whose `.bak` is full or soon will be. What has merely ended is housekeeping's; a claimed
// file that no import knows is a client's file that would be lost.

import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { hasEnded } from '../../../domain/import-state';
import type { FileStore, ImportStore } from '../../../ports';
import { counted } from '../../../domain/report/wording';
import { ill, named, well, type Finding, waiting } from './finding';
import type { Config } from '../../../config/load-config';
import { countBackups, NEARLY_FULL, shareOf } from '../../../door/folder/backup-room';
import type { Client } from '../../../domain/client';

const DAY_MS = 86_400_000;
/** The front door removes partial uploads once they are a day old, every hour. */
const SWEPT_MS = DAY_MS + 2 * 3_600_000;
const MOST_LOOKED_AT = 500;
const MAKE_ROOM = 'Move old files of .bak elsewhere, set IMPORTS_KEEP_BACKUP_DAYS, or raise IMPORTS_BACKUP_GIB and IMPORTS_BACKUP_FILES';

export async function checkLeftovers(
  dataDir: string,
  {
    files,
    imports,
    now,
  }: { readonly files: Pick<FileStore, 'workFolders'>; readonly imports: Pick<ImportStore, 'find'>; readonly now: Date },
): Promise<Finding> {
  const folders = await files.workFolders();
  const old = folders.filter(({ changedAt }) => now.getTime() - changedAt.getTime() > DAY_MS).slice(0, MOST_LOOKED_AT);
  const lost: string[] = [];
  const ended: string[] = [];
  for (const { importId, holdsFile } of old) {
    const run = await imports.find(importId);
    const isOver = run === undefined || hasEnded(run);
    if (isOver && holdsFile) lost.push(importId);
    else if (isOver) ended.push(importId);
  }
  if (lost.length > 0) {
    return ill(
      `claimed files that no open import knows: ${named(lost.map((id) => `work/${id}/source`))}`,
      "Compare with `imports list`; move a file that was not imported back into its client's folder",
    );
  }
  const partials = await oldUploads(path.join(dataDir, 'uploads'), now);
  if (partials > 0) {
    const uploads = counted(partials, 'broken-off upload is', 'broken-off uploads are');
    return well(`${uploads} over a day old; the front door removes them while it runs`);
  }
  return ended.length > 0
    ? well(`of ${counted(ended.length, 'ended import')} in work/; housekeeping removes them at night, when no older import needs them`)
    : well(folders.length === 0 ? 'none' : `none; ${counted(folders.length, 'import still has', 'imports still have')} files in work/`);
}

async function oldUploads(uploads: string, now: Date): Promise<number> {
  let old = 0;
  for (const entry of await readdir(uploads, { recursive: true, withFileTypes: true }).catch(() => [])) {
    // A note goes with the bytes beside it.
    if (!entry.isFile() || entry.name.endsWith('.json')) continue;
    const found = await lstat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.ctimeMs > SWEPT_MS) old++;
  }
  return old;
}

/** Beyond its allowance the uploads of a client are refused. */
export async function checkBackups(
  { dataDir, backups }: Pick<Config, 'dataDir' | 'backups'>,
  clients: readonly Pick<Client, 'clientId'>[],
): Promise<Finding> {
  const full: string[] = [];
  const nearly: string[] = [];
  for (const { clientId } of clients) {
    const share = shareOf(await countBackups(path.join(dataDir, 'clients', clientId)), backups);
    if (share >= NEARLY_FULL) (share >= 1 ? full : nearly).push(`${clientId} (${Math.floor(share * 100)} %)`);
  }
  if (full.length > 0) return ill(`the .bak of ${named(full)} is full: uploads are refused`, MAKE_ROOM);
  if (nearly.length > 0) return waiting(`the .bak of ${named(nearly)} is nearly full`, MAKE_ROOM);
  return well(`of ${counted(clients.length, 'client')}, each within its allowance`);
}
