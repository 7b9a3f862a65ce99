// Which files of a client's folder may be claimed: regular ones whose upload has been closed, under a name that says so, and that nothing
// touched for a while. The clock is the inode's ctime, which no client can set.

import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName } from '../../domain/file/temporary-name';
import type { ReadyFile } from '../../ports';
import { missingAsUndefined } from './sync-folder';

/** Oldest first; files of one moment by name. */
export async function readyFiles(root: string, quietMs: number, now: Date): Promise<readonly ReadyFile[]> {
  const entries = (await missingAsUndefined(readdir(root, { withFileTypes: true }))) ?? [];
  const quietSince = now.getTime() - quietMs;
  const ready: { readonly file: ReadyFile; readonly changed: bigint }[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || isTemporaryName(entry.name)) continue;
    const found = await missingAsUndefined(lstat(path.join(root, entry.name), { bigint: true }));
    // Gone meanwhile, or a name that is not UTF-8: such a file cannot be named in a database either.
    if (found === undefined || !found.isFile()) continue;
    if (Number(found.ctimeMs) > quietSince) continue;
    ready.push({ file: readyFile(entry.name, found), changed: found.ctimeNs });
  }
  ready.sort((a, b) => (a.changed === b.changed ? (a.file.name < b.file.name ? -1 : 1) : a.changed < b.changed ? -1 : 1));
  return ready.map(({ file }) => file);
}

function readyFile(name: string, found: BigIntStats): ReadyFile {
  return { name, bytes: Number(found.size), inode: String(found.ino), changedAt: new Date(Number(found.ctimeMs)) };
}
