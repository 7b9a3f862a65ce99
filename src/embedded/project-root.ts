// The folder of package.json: where the sources of the embedded MongoDB engine lie, seen from the build as well as from the sources.

import { existsSync } from 'node:fs';
import path from 'node:path';

export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    if (folder === path.dirname(folder)) throw new Error(`No folder above ${__dirname} holds the package.json of this program.`);
    folder = path.dirname(folder);
  }
  return folder;
}
