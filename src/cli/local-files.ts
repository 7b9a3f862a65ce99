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
  return access(file, constants.R_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
}
