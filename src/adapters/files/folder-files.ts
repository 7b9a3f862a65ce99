// What lies in the folders of clients and of imports, and the removal of what has lain there for long.

import path from 'node:path';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, stat, unlink, open } from 'node:fs/promises';
import { isTemporaryName, type ReadyFile, type ReadyFiles, type WorkFolder } from '../../domain/file/folder-files';
import { parseImportId } from '../../domain/ids';

interface Quiet {
  readonly quietMs: number;
  readonly now: Date;
  /** No file of another name. */
  readonly only?: string | null;
}

/** Files whose ctime lies ahead of our clock, and when we saw each like that first. */
const ahead = new Map<string, number>();
/** A clock that is set back leaves many at once. */
const MOST_AHEAD = 100_000;

/**
 * Which files of a client's folder may be claimed: regular ones whose upload has been closed, under a name that says so, and that nothing touched
 * for a while. The clock is the inode's ctime, which no client can set. Oldest first; files of one moment by name.
 */
export async function readyFiles(root: string, { quietMs, now, only = null }: Quiet): Promise<ReadyFiles> {
  const entries = (await missingAsUndefined(readdir(root, { withFileTypes: true }))) ?? [];
  let quietAt = Infinity;
  const ready: { readonly file: ReadyFile; readonly changed: bigint }[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || isTemporaryName(entry.name)) continue;
    if (only !== null && entry.name !== only) continue;
    const found = await missingAsUndefined(lstat(path.join(root, entry.name), { bigint: true }));
    // Gone meanwhile, or a name that is not UTF-8: such a file cannot be named in a database either.
    if (found === undefined || !found.isFile()) continue;
    const isQuietAt = touchedAt(found, now) + quietMs;
    if (isQuietAt > now.getTime()) quietAt = Math.min(quietAt, isQuietAt);
    else ready.push({ file: readyFile(entry.name, found, now), changed: found.ctimeNs });
  }
  ready.sort((a, b) => (a.changed === b.changed ? (a.file.name < b.file.name ? -1 : 1) : a.changed < b.changed ? -1 : 1));
  return { ready: ready.map(({ file }) => file), quietAt: quietAt === Infinity ? null : new Date(quietAt) };
}

/** When a clock was set back, a file may be from the future: then what counts is how long it has been there unchanged, as we saw it. */
function touchedAt({ ctimeMs, ctimeNs, ino }: BigIntStats, now: Date): number {
  const at = Number(ctimeMs);
  if (at <= now.getTime()) return at;
  const version = `${ino} ${ctimeNs}`;
  const seenAt = ahead.get(version) ?? performance.now();
  if (ahead.size >= MOST_AHEAD) ahead.clear();
  ahead.set(version, seenAt);
  return now.getTime() - (performance.now() - seenAt);
}

function readyFile(name: string, found: BigIntStats, now: Date): ReadyFile {
  const changedAt = new Date(Math.min(Number(found.ctimeMs), now.getTime()));
  return { name, bytes: Number(found.size), inode: String(found.ino), changedAt };
}

/** The folders of imports in `work/`. A folder whose name is not an import id is not ours and is left alone. */
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

/**
 * Takes old files out of `.bak`. Age is measured by ctime: a file's was set when it came here, and no client can change it. How many were
 * removed. A receipt and failed records are files of their own, as old as the file that they belong to.
 */
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

/** A rename is on disk once its folder is synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function isThere(file: string): Promise<boolean> {
  return (await missingAsUndefined(stat(file))) !== undefined;
}

/** The path, when a file lies there. Never a link: a client's folder is a client's folder. */
export async function fileAt(file: string): Promise<string | undefined> {
  return (await missingAsUndefined(lstat(file)))?.isFile() === true ? file : undefined;
}

/** The result, or undefined when the file or its folder is not there. */
export async function missingAsUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
