// A claimed file is not in its folder any more: only people can repair that, so the sentence says where it belongs.

import path from 'node:path';
import { ImportsError } from '../../errors';

/** `folder` = where the claimed file and its side files lie; its name is the import's id. */
export function vanished(folder: string): ImportsError {
  const place = `work/${path.basename(folder)}`;
  return new ImportsError(
    'FILE_VANISHED',
    `The claimed file is gone from ${place}. Put it back as ${place}/source from a backup, then retry; or undo the import, and have the file sent again.`,
  );
}
