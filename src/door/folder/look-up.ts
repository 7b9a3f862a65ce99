// What lies under a path, as the client may know it, and published files opened for reading.

import { lstat, open, type FileHandle } from 'node:fs/promises';
import type { ClientFolder, OpenUpload } from './client-folder';
import { inDirectory, type Directory } from './directory';
import { entryOf, entryOfUpload, type Entry } from './entry';
import { notFound, unlessMissing, FolderError } from './folder-error';
import { isReadOnly, showVirtualPath, splitVirtualPath, type VirtualPath } from './virtual-path';
import { constants } from 'node:fs';
import { join } from 'node:path';

/** A published file or a directory. */
export async function findPublished(folder: ClientFolder, path: VirtualPath): Promise<Entry | undefined> {
  const { parent } = splitVirtualPath(path);
  return inDirectory(folder.root, parent, (directory) => publishedIn(folder, directory, path)).catch(unlessMissing);
}

/** The same for a caller that has the path's directory open. */
export async function publishedIn(folder: ClientFolder, directory: Directory, path: VirtualPath): Promise<Entry | undefined> {
  const name = path.at(-1) ?? '.';
  const stats = await lstat(`${directory.path}/${name}`).catch(unlessMissing);
  return stats && entryOf(stats, isReadOnly(folder.layout, path));
}

/** Open for writing, in whichever session of the client; the newest last. */
export function openUploadsOf(folder: ClientFolder, shown: string): readonly OpenUpload[] {
  return [...folder.uploads].filter((upload) => upload.path === shown);
}

/**
 * What a client is told about a path: the published entry, else what is being written to it, else how far its broken-off upload came, so
 * that it can be resumed, else what was published a moment ago. Throws not-found.
 */
export async function lookUp(folder: ClientFolder, path: VirtualPath): Promise<Entry> {
  const published = await findPublished(folder, path);
  if (published !== undefined) return published;
  const shown = showVirtualPath(path);
  const upload = openUploadsOf(folder, shown).at(-1);
  if (upload !== undefined) return entryOfUpload(upload.bytes, folder.clock.now());
  const partial = await folder.staging.partialOf(shown);
  if (partial !== undefined) return entryOfUpload(partial.bytes, partial.modifiedAt);
  const recent = folder.recent.find(shown);
  if (recent === undefined) throw notFound();
  return recent;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Opens a published file for reading. Never waits for a pipe, never follows a link. */
export async function openPublished(folder: ClientFolder, path: VirtualPath): Promise<FileHandle> {
  const { parent, name } = splitVirtualPath(path);
  if (name === undefined) throw new FolderError('failed', 'Is a directory');
  const file = await inDirectory(folder.root, parent, (directory) => open(join(directory.path, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new FolderError('failed', 'Is a directory');
    if (!stats.isFile()) throw notFound();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
