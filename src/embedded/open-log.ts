// The file that takes the output of a process, `<run>/<name>.log`: appended to, and put aside once when it has grown large.

import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const LIMIT_BYTES = 20 * 1024 * 1024;

export async function openLog(runDir: string, name: string): Promise<FileHandle> {
  await mkdir(runDir, { recursive: true });
  const file = path.join(runDir, `${name}.log`);
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > LIMIT_BYTES) await rename(file, `${file}.1`);
  return open(file, 'a');
}
