// What a client may do to names in its folder: remove, rename, remove directories, set times. What is the import's own, such as `.bak`,
// never changes.

import { lutimes, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporaryNameOf } from '../../domain/file/folder-files';
import type { ClientFolder } from './client-folder';
import { inDirectory } from './directory';
import { FolderError, noFolders, notFound, unlessMissing } from './folder-error';
import { findPublished, openUploadsOf } from './look-up';
import { discardPartials } from './staged';
import { receivable, removable, showVirtualPath, splitVirtualPath, writable, type VirtualPath } from './virtual-path';

export async function removeFile(folder: ClientFolder, path: VirtualPath): Promise<void> {
  const { parent, name } = removable(folder.layout, path);
  const published = await findPublished(folder, path);
  if (published?.kind === 'directory') throw new FolderError('failed', 'Is a directory');
  if (published === undefined) {
    if (!(await discardPartials(folder, path)) && !(await isBeingReplaced(folder, path))) throw missing(folder, path);
    return;
  }
  await inDirectory(folder.root, parent, (directory) => unlink(join(directory.path, name)));
  folder.recent.forget(showVirtualPath(path));
  folder.quiet.forget(path);
}

export async function renameEntry(
  folder: ClientFolder,
  from: VirtualPath,
  to: VirtualPath,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const source = writable(folder.layout, from);
  const target = receivable(folder.layout, to);
  await folder.inTurn(async () => {
    const entry = await findPublished(folder, from);
    if (!replace && (await findPublished(folder, to)) !== undefined) throw new FolderError('failed', 'File already exists');
    if (entry === undefined) return renamePartial(folder, from, to);
    await inDirectory(folder.root, source.parent, (sourceDirectory) =>
      inDirectory(folder.root, target.parent, async (targetDirectory) => {
        await rename(join(sourceDirectory.path, source.name), join(targetDirectory.path, target.name));
        await targetDirectory.sync();
      }),
    );
    folder.recent.forget(showVirtualPath(from));
    folder.quiet.forget(from);
    if (entry.kind === 'directory') return;
    folder.recent.remember(showVirtualPath(to), entry);
    folder.quiet.touch(to);
  });
}

/** Clients that make every directory of a path take "exists" for success; a new one is refused. */
export async function refuseDirectory(folder: ClientFolder, path: VirtualPath): Promise<never> {
  throw (await findPublished(folder, path)) === undefined ? noFolders(folder.layout) : new FolderError('failed', 'File already exists');
}

export async function removeDirectory(folder: ClientFolder, path: VirtualPath): Promise<void> {
  const { parent, name } = removable(folder.layout, path);
  await inDirectory(folder.root, parent, (directory) => rmdir(join(directory.path, name)));
}

/** A file that the import has just taken away keeps the times it has, and the client hears that all is well. */
export async function setTimes(folder: ClientFolder, path: VirtualPath, times: { accessed: number; modified: number }): Promise<void> {
  const { parent, name } = writable(folder.layout, path);
  const apply = inDirectory(folder.root, parent, (directory) => lutimes(join(directory.path, name), times.accessed, times.modified));
  const applied = await apply.then(() => true, unlessMissing);
  if (applied) folder.quiet.touch(path);
  else if (!folder.recent.knows(showVirtualPath(path))) throw notFound();
}

/**
 * WinSCP and Java's Commons VFS remove the former file before they rename their temporary one. When the import has taken that file
 * meanwhile, a refusal would make them give up; anybody else who removes such a file must hear that it is too late.
 */
async function isBeingReplaced(folder: ClientFolder, path: VirtualPath): Promise<boolean> {
  if (folder.recent.find(showVirtualPath(path)) === undefined) return false;
  const { parent, name = '' } = splitVirtualPath(path);
  const names = await inDirectory(folder.root, parent, (directory) => readdir(directory.path));
  return names.some((other) => isTemporaryNameOf(name, other));
}

/** What a look finds, because it was there a moment ago, is not called missing by the next request. */
function missing(folder: ClientFolder, path: VirtualPath): FolderError {
  if (folder.recent.find(showVirtualPath(path)) === undefined) return notFound();
  return new FolderError('failed', 'This file was taken for import a moment ago: it can no longer be removed or renamed');
}

/** Also one that is still being written: it is published under its new name then. */
async function renamePartial(folder: ClientFolder, from: VirtualPath, to: VirtualPath): Promise<void> {
  const open = openUploadsOf(folder, showVirtualPath(from));
  const [partial] = await folder.staging.partialsOf(showVirtualPath(from));
  if (partial === undefined && open.length === 0) throw missing(folder, from);
  for (const upload of open) upload.moveTo(to);
  if (partial !== undefined) await folder.staging.note(partial.stagedId, showVirtualPath(to));
}
