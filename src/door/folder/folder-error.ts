// Why the folder refuses a client's request. The client's staff read the message unchanged; each protocol maps the kind to its own code.

import { uploadPath, type FolderLayout } from '../../domain/client/profiles';

export type FolderErrorKind = 'not-found' | 'denied' | 'failed' | 'unsupported';

export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly kind: FolderErrorKind;

  constructor(kind: FolderErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export const notFound = (): FolderError => new FolderError('not-found', 'No such file');

export const noFolders = (layout: FolderLayout): FolderError => {
  const path = uploadPath(layout);
  const instead = path === undefined ? 'upload files into the top folder' : `upload your file as ${path}`;
  return new FolderError('denied', `Folders are not supported here: ${instead}`);
};

export const tooLarge = (maxBytes: number): FolderError =>
  new FolderError('failed', `File is larger than the limit of ${maxBytes.toLocaleString('en')} bytes`);

// A link is answered as if nothing were there: clients never see one.
const BY_ERRNO: Readonly<Record<string, readonly [FolderErrorKind, string]>> = {
  ENOENT: ['not-found', 'No such file'],
  ENOTDIR: ['not-found', 'No such file'],
  ELOOP: ['not-found', 'No such file'],
  EACCES: ['denied', 'Permission denied'],
  EPERM: ['denied', 'Permission denied'],
  EROFS: ['denied', 'Permission denied'],
  EEXIST: ['failed', 'File already exists'],
  ENOTEMPTY: ['failed', 'Directory is not empty'],
  EISDIR: ['failed', 'Is a directory'],
  EDQUOT: ['failed', 'Disk is full, try again later'],
  ENOSPC: ['failed', 'Disk is full, try again later'],
  EFBIG: ['failed', 'File is too large for this server'],
  ENAMETOOLONG: ['failed', 'Name is too long'],
  EINVAL: ['failed', 'Not possible'],
};

/** The error as a client may see it; undefined if it does not concern the client (and must be logged). */
export function folderErrorOf(error: unknown): FolderError | undefined {
  if (error instanceof FolderError) return error;
  const known = BY_ERRNO[errnoOf(error) ?? ''];
  return known && new FolderError(...known);
}

export function errnoOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For a look at something that may not be there (any more): undefined instead of the error. */
export function unlessMissing(error: unknown): undefined {
  if (folderErrorOf(error)?.kind === 'not-found') return undefined;
  throw error;
}
