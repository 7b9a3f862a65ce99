// Opens a published file for reading. Never waits for a pipe, never follows a link.

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientFolder } from './client-folder';
import { inDirectory } from './directory';
import { FolderError, notFound } from './folder-error';
import { splitVirtualPath, type VirtualPath } from './virtual-path';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

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
