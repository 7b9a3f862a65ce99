// Lists a directory: its files and directories, then the uploads that have no published file of their name yet. A bunch at a time, as the
// client takes them: a year of files in `.bak` costs no more memory than ten. Names of a usual folder are sorted, those of a huge one not.

import type { Dir } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { inBunches } from '../one-at-a-time';
import type { ClientFolder } from './client-folder';
import { openDirectory, type Directory } from './directory';
import { entryOf, entryOfUpload, type NamedEntry } from './entry';
import { unlessMissing } from './folder-error';
import { publishedIn } from './look-up';
import { isReadOnly, showVirtualPath, type VirtualPath } from './virtual-path';

const BUNCH = 100;
/** So many names are held to sort them: what is listed is read by people, too. Some 100 KB a listing. */
const SORTED = 2000;

export interface Listing {
  /** The next entries; none at the end. */
  next(): Promise<readonly NamedEntry[]>;
  close(): Promise<void>;
}

export async function openListing(folder: ClientFolder, path: VirtualPath): Promise<Listing> {
  const directory = await openDirectory(folder.root, path);
  let names: Dir | undefined;
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await Promise.all([directory.close(), names?.close()]);
  };
  try {
    names = await opendir(directory.path, { bufferSize: BUNCH });
  } catch (error) {
    await close();
    throw error;
  }
  const parts = entriesIn(folder, path, directory, names);
  return {
    async next() {
      for (let part = await parts.next(); part.done !== true; part = await parts.next()) if (part.value.length > 0) return part.value;
      // Listed to its end, it holds nothing open until its client lets go of it.
      await close();
      return [];
    },
    close,
  };
}

/** The same for a reader that takes all of it. */
export async function* listEntries(folder: ClientFolder, path: VirtualPath): AsyncGenerator<readonly NamedEntry[]> {
  const listing = await openListing(folder, path);
  try {
    for (let entries = await listing.next(); entries.length > 0; entries = await listing.next()) yield entries;
  } finally {
    await listing.close();
  }
}

async function* entriesIn(
  folder: ClientFolder,
  path: VirtualPath,
  directory: Directory,
  names: Dir,
): AsyncGenerator<readonly NamedEntry[]> {
  for (let more = await namesIn(names); more.length > 0; more = more.length < SORTED ? [] : await namesIn(names))
    for (let from = 0; from < more.length; from += BUNCH) yield await look(folder, path, directory, more.slice(from, from + BUNCH));
  yield await unpublished(folder, path, directory);
}

/** The next ones, sorted among themselves. */
async function namesIn(directory: Dir): Promise<readonly string[]> {
  const names: string[] = [];
  for (let dirent = await directory.read(); dirent !== null; dirent = names.length < SORTED ? await directory.read() : null)
    names.push(dirent.name);
  return names.toSorted();
}

async function look(
  folder: ClientFolder,
  path: VirtualPath,
  directory: Directory,
  names: readonly string[],
): Promise<readonly NamedEntry[]> {
  const entries = await inBunches(names, async (name) => {
    const stats = await lstat(join(directory.path, name)).catch(unlessMissing);
    const entry = stats && entryOf(stats, isReadOnly(folder.layout, [...path, name]));
    return entry && { ...entry, name };
  });
  return entries.filter((entry) => entry !== undefined);
}

/** What is being written, or broke off and can be resumed. There is a limit to how many. */
async function unpublished(folder: ClientFolder, path: VirtualPath, directory: Directory): Promise<readonly NamedEntry[]> {
  const prefix = path.length === 0 ? '/' : `${showVirtualPath(path)}/`;
  const nameIn = (shown: string): string | undefined => {
    const name = shown.startsWith(prefix) ? shown.slice(prefix.length) : '';
    return name === '' || name.includes('/') ? undefined : name;
  };
  const found = new Map<string, NamedEntry>();
  for (const { path: shown, bytes, modifiedAt } of (await folder.staging.partials()).values()) {
    const name = nameIn(shown);
    if (name !== undefined) found.set(name, { ...entryOfUpload(bytes, modifiedAt), name });
  }
  for (const upload of folder.uploads) {
    const name = nameIn(upload.path);
    if (name !== undefined) found.set(name, { ...entryOfUpload(upload.bytes, folder.clock.now()), name });
  }
  const entries: NamedEntry[] = [];
  for (const entry of found.values()) if ((await publishedIn(folder, directory, [...path, entry.name])) === undefined) entries.push(entry);
  return entries;
}
