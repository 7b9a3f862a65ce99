// Writes a file beside its place and moves it there when it is complete and on the disk: a reader finds the old one or the new one.

import { open, rename, type FileHandle } from 'node:fs/promises';

/** `beside` must be on the same file system. */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>, beside = `${path}.writing`): Promise<void> {
  const file = await open(beside, 'w');
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
