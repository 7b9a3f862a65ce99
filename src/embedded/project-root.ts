// The folder of package.json: where the sources of the embedded MongoDB engine lie, seen from the build as well as from the sources.

import { existsSync } from 'node:fs';
import path from 'node:path';

export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
