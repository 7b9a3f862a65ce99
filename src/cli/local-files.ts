// Files of the machine on which a command is typed.

import { mkdtemp, rm, access, constants, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder is removed afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'imports-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether a path is that of a file that we may read. */
export async function isReadable(file: string): Promise<boolean> {
  return (await mayBe(file, constants.R_OK)) && (await stat(file)).isFile();
}

/** Whether something is there that we may use so (`fs.constants`). */
export function mayBe(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
