// A path as the client sees it, from its own root. Parsed once, at the edge: afterwards no segment can lead out of the root.

import { uploadPath, type FolderLayout } from '../../domain/client/profiles';
import { isTemporaryName } from '../../domain/file/folder-files';
import { FolderError, noFolders } from './folder-error';

/** Names from the root down; the root itself is empty. Never `.`, `..`, or a name with a slash. */
export type VirtualPath = readonly string[];

const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
const MAX_DEPTH = 32;
// Names end up in e-mails, listings and terminals, where a control character is a command.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// They make one name look like another: `fdp.csv` written backwards. Joiners stay, some languages are not written without them.
const UNSEEN = /[\p{Bidi_Control}\u200b\u2028\u2029\u2060\ufeff]/u;

/** A relative path starts at the root, as every session does; `..` stops there. Throws FolderError. */
export function parseVirtualPath(bytes: Uint8Array): VirtualPath {
  if (bytes.length > MAX_PATH_BYTES) throw new FolderError('failed', 'Path is too long');
  const text = decode(bytes);
  if (CONTROL.test(text)) throw new FolderError('failed', 'Names must not contain control characters');
  if (UNSEEN.test(text))
    throw new FolderError('failed', 'Names must not contain invisible characters, such as marks for right-to-left writing');
  const path: string[] = [];
  for (const name of text.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') path.pop();
    else path.push(name);
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw new FolderError('failed', 'Name is too long');
  }
  if (path.length > MAX_DEPTH) throw new FolderError('failed', 'Path is too deep');
  return path;
}

export function showVirtualPath(path: VirtualPath): string {
  return `/${path.join('/')}`;
}

/** Directory and name; the root has no name. */
export function splitVirtualPath(path: VirtualPath): { readonly parent: VirtualPath; readonly name: string | undefined } {
  return { parent: path.slice(0, -1), name: path.at(-1) };
}

interface Place {
  readonly parent: VirtualPath;
  readonly name: string;
}

/** Throws when what lies at this path may not be removed; else where it lies. */
export function removable(layout: FolderLayout, path: VirtualPath): Place {
  const { parent, name } = splitVirtualPath(path);
  if (name === undefined) throw new FolderError('denied', 'Permission denied: this is the root of your folder');
  const [top = ''] = path;
  if (layout.readOnly.includes(top)) throw new FolderError('denied', `Permission denied: ${heldIn(top)} and is read-only`);
  if (parent.length === 0 && layout.folders.length > 0)
    throw new FolderError('denied', 'Permission denied: these folders stay as they are');
  return { parent, name };
}

/** As `removable`, for what may be changed as well: renamed, or given another time. */
export function writable(layout: FolderLayout, path: VirtualPath): Place {
  const place = removable(layout, path);
  const [top = ''] = path;
  if (layout.removeOnly.includes(top)) throw new FolderError('denied', `Permission denied: files in ${top} can be removed, not changed`);
  return place;
}

/** Throws if no file may be put there: it would be accepted, and then never imported. */
export function receivable(layout: FolderLayout, path: VirtualPath): Place {
  const only = uploadPath(layout);
  if (only === undefined) {
    const target = writable(layout, path);
    if (target.parent.length > 0) throw noFolders(layout);
    return target;
  }
  const { parent, name } = splitVirtualPath(path);
  const isInPlace = showVirtualPath(parent) === showVirtualPath(layout.upload.folder);
  if (name === undefined || !isInPlace || !(name === layout.upload.fileName || isTemporaryName(name))) {
    throw new FolderError('denied', `Permission denied: upload your file as ${only}`);
  }
  return { parent, name };
}

export function isReadOnly({ readOnly, removeOnly }: FolderLayout, path: VirtualPath): boolean {
  const [top, ...below] = path;
  return top !== undefined && (readOnly.includes(top) || (removeOnly.includes(top) && below.length > 0));
}

/** Whether the import looks for a file of this path. */
export function isImportable({ upload }: FolderLayout, path: VirtualPath): boolean {
  const { parent, name } = splitVirtualPath(path);
  if (name === undefined || showVirtualPath(parent) !== showVirtualPath(upload.folder)) return false;
  return upload.fileName === null ? !isTemporaryName(name) : name === upload.fileName;
}

function heldIn(folder: string): string {
  return folder === '.bak' ? '.bak holds processed files' : `${folder} is written by the import`;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FolderError('failed', 'Names must be UTF-8');
  }
}
