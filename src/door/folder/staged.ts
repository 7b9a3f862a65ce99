// What becomes of staged uploads: published, given up, or taken over by another session.

import { rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientFolder } from './client-folder';
import { inDirectory } from './directory';
import { errnoOf, FolderError } from './folder-error';
import { publishedIn, openUploadsOf } from './look-up';
import type { Partial } from './staging';
import type { FileTimes } from './upload';
import { receivable, showVirtualPath, type VirtualPath } from './virtual-path';

/** Makes it the client's file, all at once: a reader sees the old file or the new one, never a part. */
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
  await inDirectory(folder.root, parent, async (directory) => {
    const [{ atime: accessedAt, mtime: modifiedAt }, stale] = await Promise.all([
      file.stat(),
      folder.staging.partialsOf(shown, stagedId),
      file.datasync(),
    ]);
    await folder.inTurn(async () => {
      if (exclusive && (await publishedIn(folder, directory, path)) !== undefined) throw new FolderError('failed', 'File already exists');
      await rename(folder.staging.pathOf(stagedId), join(directory.path, name));
      // Remembered before anybody can have taken the file away and the client has asked for it.
      folder.recent.remember(shown, { kind: 'file', bytes, accessedAt, modifiedAt, readOnly: false });
      folder.quiet.touch(path);
    });
    // Not in turn: the disk makes the names of several sessions safe in one go.
    await Promise.all([directory.sync(), tidy(folder, stagedId, stale)]);
  });
  await file.close();
}

/** The file is published: what is left in staging is the daily sweep's, should this fail. */
async function tidy(folder: ClientFolder, stagedId: string, stale: readonly Partial[]): Promise<void> {
  try {
    await folder.staging.forgetNote(stagedId);
    await discardStalePartials(folder, stale);
  } catch (error) {
    folder.log.warn('Tidying up after an upload failed', { error: errnoOf(error) });
  }
}

/** Whether there were any. Uploads that are still open lose theirs. */
export async function discardPartials(folder: ClientFolder, path: VirtualPath): Promise<boolean> {
  const shown = showVirtualPath(path);
  const open = openUploadsOf(folder, shown);
  for (const upload of open) {
    const { stagedId } = upload;
    await upload.lose('The file was removed while it was being written');
    // While it has a hole there is no note by which it could be found.
    if (stagedId !== undefined) await folder.staging.discard(stagedId);
  }
  const partials = await folder.staging.partialsOf(shown);
  for (const { stagedId } of partials) await folder.staging.discard(stagedId);
  return open.length + partials.length > 0;
}

/** Discards those that no session is writing to any more. */
export async function discardStalePartials(folder: ClientFolder, partials: readonly Partial[]): Promise<void> {
  const open = new Set([...folder.uploads].map((upload) => upload.stagedId));
  for (const partial of partials) {
    if (!open.has(partial.stagedId)) await folder.staging.discard(partial.stagedId);
  }
}

/** The client came back before its former connection was known to be dead. Whether the upload was open in this process. */
export async function takeOver(folder: ClientFolder, stagedId: string): Promise<boolean> {
  const open = [...folder.uploads].filter((upload) => upload.stagedId === stagedId);
  for (const upload of open) await upload.lose('Another session continues this upload');
  return open.length > 0;
}
