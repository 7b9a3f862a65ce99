// Opens a path for writing. Everything that can be refused without a byte is refused here; nothing is staged yet.

import type { ClientFolder } from './client-folder';
import { publishedIn } from './look-up';
import { inDirectory } from './directory';
import { FolderError, notFound, tooLarge } from './folder-error';
import { Upload } from './upload';
import { receivable, showVirtualPath, type VirtualPath } from './virtual-path';

export interface UploadRequest {
  readonly path: VirtualPath;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
  /** Writes go to the end, whatever offset the client names. */
  readonly append: boolean;
  /** The client wants to read what it writes, too. */
  readonly readable: boolean;
  readonly declaredBytes: number | undefined;
  readonly maxBytes: number;
}

export async function openUpload(folder: ClientFolder, request: UploadRequest): Promise<Upload> {
  const { path, declaredBytes, maxBytes } = request;
  const { parent } = receivable(folder.layout, path);
  if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);
  // A root that is gone is told before the bytes come.
  const [published, older] = await Promise.all([
    inDirectory(folder.root, parent, (directory) => publishedIn(folder, directory, path)),
    folder.staging.partialsOf(showVirtualPath(path)),
  ]);
  if (published?.kind === 'directory') throw new FolderError('failed', 'Is a directory');
  if (published !== undefined && request.exclusive) throw new FolderError('failed', 'File already exists');
  const partial = published === undefined ? older[0] : undefined;
  if (published === undefined && partial === undefined && !request.create) throw notFound();
  if (partial === undefined || request.truncate) {
    await folder.room.assertForUpload();
    await folder.backups.assertRoom();
  }
  const base = request.truncate
    ? ({ kind: 'nothing' } as const)
    : published !== undefined
      ? ({ kind: 'published', bytes: published.bytes } as const)
      : partial !== undefined
        ? ({ kind: 'partial', partial } as const)
        : ({ kind: 'nothing' } as const);
  const upload = new Upload(folder, request, { base, older });
  folder.uploads.add(upload);
  try {
    if (request.readable) await upload.stage('continue');
  } catch (error) {
    await upload.abandon();
    throw error;
  }
  return upload;
}
