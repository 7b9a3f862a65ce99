// One request, one reply: what each request of the protocol means to the client's folder.

import type { Attributes } from '../codec/wire';
import type { Request, Reply } from '../codec/messages';
import { MAX_HANDLES, MAX_PACKET_BYTES, MAX_TRANSFER_BYTES } from '../codec/protocol';
import { refuseDirectory, removeDirectory, removeFile, renameEntry, setTimes } from '../../door/folder/change-entries';
import type { ClientFolder } from '../../door/folder/client-folder';
import { FolderError } from '../../door/folder/folder-error';
import { openListing } from '../../door/folder/list-entries';
import { lookUp } from '../../door/folder/look-up';
import { parseVirtualPath, showVirtualPath } from '../../door/folder/virtual-path';
import { answerOnHandle, openFile } from './answer-on-handle';
import { attributesOf, ok } from './replies';
import type { Handles } from './handles';

const BLOCK_BYTES = 4096n;

export interface SessionContext {
  readonly folder: ClientFolder;
  readonly handles: Handles;
  readonly maxFileBytes: number;
  /** The server is about to end: what is open may be finished, nothing new is begun. */
  readonly isStopping: () => boolean;
}

/** Throws FolderError, or whatever the disk throws. */
export async function answerRequest(context: SessionContext, request: Exclude<Request, { kind: 'init' }>): Promise<Reply> {
  const { folder, handles } = context;
  const { id } = request;
  switch (request.kind) {
    case 'open':
      return openFile(context, request);
    case 'opendir': {
      handles.assertRoomToList();
      const listing = await openListing(folder, parseVirtualPath(request.path));
      return { kind: 'handle', id, handle: handles.add({ kind: 'listing', listing }) };
    }
    case 'stat':
    case 'lstat':
      return { kind: 'attributes', id, attributes: attributesOf(await lookUp(folder, parseVirtualPath(request.path))) };
    case 'realpath': {
      const name = showVirtualPath(parseVirtualPath(request.path));
      return { kind: 'names', id, names: [{ name, longName: name, attributes: {} }] };
    }
    case 'setstat':
      await changeAttributes(folder, request.path, request.attributes);
      return ok(id);
    case 'remove':
      await removeFile(folder, parseVirtualPath(request.path));
      return ok(id);
    case 'mkdir':
      return refuseDirectory(folder, parseVirtualPath(request.path));
    case 'rmdir':
      await removeDirectory(folder, parseVirtualPath(request.path));
      return ok(id);
    case 'rename':
    case 'posix-rename': {
      const replace = request.kind === 'posix-rename';
      await renameEntry(folder, parseVirtualPath(request.from), parseVirtualPath(request.to), { replace });
      return ok(id);
    }
    case 'statvfs':
      return { kind: 'numbers', id, numbers: await spaceOf(folder) };
    case 'limits':
      return { kind: 'numbers', id, numbers: [MAX_PACKET_BYTES, MAX_TRANSFER_BYTES, MAX_TRANSFER_BYTES, MAX_HANDLES].map(BigInt) };
    case 'unsupported':
      throw new FolderError('unsupported', 'This server does not do that');
    case 'close':
    case 'read':
    case 'write':
    case 'fstat':
    case 'fsetstat':
    case 'fsync':
    case 'readdir':
      return answerOnHandle(context, request);
  }
}

/** Mode and owner are accepted and ignored: many clients set them after each upload and call it failed when they cannot. */
async function changeAttributes(folder: ClientFolder, bytes: Buffer, { size, times }: Attributes): Promise<void> {
  const path = parseVirtualPath(bytes);
  if (size !== undefined && size !== BigInt((await lookUp(folder, path)).bytes)) {
    throw new FolderError('unsupported', 'A published file cannot be cut; upload it again');
  }
  if (times !== undefined) await setTimes(folder, path, times);
  else if (!folder.recent.knows(showVirtualPath(path))) await lookUp(folder, path);
}

/** Of the client's allowance, in blocks. */
async function spaceOf({ room }: ClientFolder): Promise<readonly bigint[]> {
  const { bytes, freeBytes, files, freeFiles } = await room.allowance();
  const blocks = (size: number): bigint => BigInt(Math.floor(size / Number(BLOCK_BYTES)));
  const [all, free, allFiles, left] = [blocks(bytes), blocks(freeBytes), BigInt(files), BigInt(freeFiles)];
  const maxNameBytes = 255n;
  return [BLOCK_BYTES, BLOCK_BYTES, all, free, free, allFiles, left, left, 0n, 0n, maxNameBytes];
}
