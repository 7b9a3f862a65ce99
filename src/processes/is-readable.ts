// Whether a path is that of a file that we may read.

import { access, constants, stat } from 'node:fs/promises';

export async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
}
