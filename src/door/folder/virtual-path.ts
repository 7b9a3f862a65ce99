// A path as the client sees it, from its own root. Parsed once, at the edge: afterwards no segment can lead out of the root.

import { FolderError, noFolders } from './folder-error';

/** Names from the root down; the root itself is empty. Never `.`, `..`, or a name with a slash. */
export type VirtualPath = readonly string[];

const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
const MAX_DEPTH = 32;
// Names end up in e-mails, listings and terminals, where a control character is a command.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Where processed files lie: readable by the client, written by the import only. */
export const BACKUP_NAME = '.bak';

/** A relative path starts at the root, as every session does; `..` stops there. Throws FolderError. */
export function parseVirtualPath(bytes: Uint8Array): VirtualPath {
  if (bytes.length > MAX_PATH_BYTES) throw new FolderError('failed', 'Path is too long');
  const text = decode(bytes);
  if (CONTROL.test(text)) throw new FolderError('failed', 'Names must not contain control characters');
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

/** Throws when nothing may be written under this path; else where it lies. */
export function writable(path: VirtualPath): { readonly parent: VirtualPath; readonly name: string } {
  const { parent, name } = splitVirtualPath(path);
  if (name === undefined) throw new FolderError('denied', 'Permission denied: this is the root of your folder');
  if (isReadOnly(path)) throw new FolderError('denied', 'Permission denied: .bak holds processed files and is read-only');
  return { parent, name };
}

/** As `writable`, for what is put there. Only files in the root are imported: one in a folder would be taken, and then wait for ever. */
export function receivable(path: VirtualPath): { readonly parent: VirtualPath; readonly name: string } {
  const target = writable(path);
  if (target.parent.length > 0) throw noFolders();
  return target;
}

export function isReadOnly(path: VirtualPath): boolean {
  return path[0] === BACKUP_NAME;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FolderError('failed', 'Names must be UTF-8');
  }
}
