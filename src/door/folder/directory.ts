// Reaching a directory of a client without ever following a link. On Linux each step opens the next directory through the one before
// it, so that nothing another process does in between can lead out of the root; elsewhere each step is looked at first.

import { constants, existsSync } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { notFound } from './folder-error';
import type { VirtualPath } from './virtual-path';

export interface Directory {
  /** To be joined with one name; good until the directory is closed. */
  readonly path: string;
  /** Makes what was created, renamed or removed in it survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const DESCRIPTORS = '/proc/self/fd';
const HAS_DESCRIPTORS = existsSync(DESCRIPTORS);

/** The caller closes it. */
export async function openDirectory(root: string, path: VirtualPath): Promise<Directory> {
  let at = root;
  let handle = await openStep(root);
  try {
    for (const name of path) {
      const next = await openStep(join(pathOf(handle, at), name));
      await handle.close();
      at = join(at, name);
      handle = next;
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  const opened = handle;
  return { path: pathOf(opened, at), sync: () => opened.sync(), close: () => opened.close() };
}

/** Opens the directory for as long as `use` runs. */
export async function inDirectory<T>(root: string, path: VirtualPath, use: (directory: Directory) => Promise<T>): Promise<T> {
  const directory = await openDirectory(root, path);
  try {
    return await use(directory);
  } finally {
    // Nothing was written through it: nobody has to wait for that.
    void directory.close().catch(() => undefined);
  }
}

async function openStep(path: string): Promise<FileHandle> {
  if (!HAS_DESCRIPTORS && !(await lstat(path)).isDirectory()) throw notFound();
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

function pathOf(handle: FileHandle, path: string): string {
  return HAS_DESCRIPTORS ? `${DESCRIPTORS}/${handle.fd}` : path;
}
