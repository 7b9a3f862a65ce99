// Giving up and taking over what earlier uploads of a path left in staging.

import type { ClientFolder } from './client-folder';
import { openUploadsOf } from './look-up';
import type { Partial } from './staging';
import { showVirtualPath, type VirtualPath } from './virtual-path';

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

/**
 * The client came back before the server noticed that its former connection is dead: the newer session goes on with the bytes. Whether
 * the upload was open in this process.
 */
export async function takeOver(folder: ClientFolder, stagedId: string): Promise<boolean> {
  const open = [...folder.uploads].filter((upload) => upload.stagedId === stagedId);
  for (const upload of open) await upload.lose('Another session continues this upload');
  return open.length > 0;
}
