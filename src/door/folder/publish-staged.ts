// Makes a staged upload the client's file, all at once: whoever looks sees the old file or the new one, never a part.

import { rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientFolder } from './client-folder';
import { inDirectory } from './directory';
import { errnoOf, FolderError } from './folder-error';
import { findPublished } from './look-up';
import { discardStalePartials } from './partials';
import type { FileTimes } from './upload';
import { receivable, showVirtualPath, type VirtualPath } from './virtual-path';

export async function publishStaged(
  folder: ClientFolder,
  upload: {
    readonly stagedId: string;
    readonly file: FileHandle;
    readonly path: VirtualPath;
    readonly exclusive: boolean;
    readonly bytes: number;
    readonly times: FileTimes | undefined;
  },
): Promise<void> {
  const { stagedId, file, path, exclusive, bytes, times } = upload;
  const { parent, name } = receivable(folder.layout, path);
  const shown = showVirtualPath(path);
  if (times !== undefined) await file.utimes(times.accessed, times.modified);
  await file.datasync();
  await folder.inTurn(async () => {
    const existing = await findPublished(folder, path);
    if (existing?.kind === 'directory') throw new FolderError('failed', 'Is a directory');
    if (existing !== undefined && exclusive) throw new FolderError('failed', 'File already exists');
    const { atime: accessedAt, mtime: modifiedAt } = await file.stat();
    await inDirectory(folder.root, parent, async (directory) => {
      await rename(folder.staging.pathOf(stagedId), join(directory.path, name));
      // Remembered before anybody can have taken the file away and the client has asked for it.
      folder.recent.remember(shown, { kind: 'file', bytes, accessedAt, modifiedAt, readOnly: false });
      folder.quiet.touch(path);
      await directory.sync();
    });
  });
  await file.close();
  // The file is published: what is left in staging is the daily sweep's, should this fail.
  await tidy(folder, stagedId, path).catch((error: unknown) =>
    folder.log.warn('Tidying up after an upload failed', { error: errnoOf(error) }),
  );
}

async function tidy(folder: ClientFolder, stagedId: string, path: VirtualPath): Promise<void> {
  await folder.staging.forgetNote(stagedId);
  await discardStalePartials(folder, path, await folder.staging.all());
}
