// Opening a file, and requests on something that is open: reading, writing, listing on, closing.

import type { Attributes } from '../codec/wire';
import type { Request, Reply } from '../codec/messages';
import { MAX_TRANSFER_BYTES, OPEN_FLAG } from '../codec/protocol';
import { entryOf, entryOfUpload } from '../../door/folder/entry';
import { FolderError, notFound } from '../../door/folder/folder-error';
import { cutInLine, SentBlocks } from '../../door/sent-blocks';
import type { SessionContext } from './answer-request';
import { attributesOf, endOfFile, nameOf, ok } from './replies';
import type { Handle } from './handles';
import { openPublished } from '../../door/folder/look-up';
import { openUpload } from '../../door/folder/open-upload';
import { isReadOnly, parseVirtualPath } from '../../door/folder/virtual-path';

/** Most programs send 16 KiB or more; what is copied by Java or Rust into their libraries comes in 8 KiB, and by older tools in 4. */
const BLOCKS = { shortest: 4 * 1024 };

/** OPEN: for reading, the published file; for anything else, an upload. */
export async function openFile(context: SessionContext, request: Extract<Request, { kind: 'open' }>): Promise<Reply> {
  const { folder, handles } = context;
  const { id, attributes } = request;
  const path = parseVirtualPath(request.path);
  const has = (flag: number): boolean => (request.flags & flag) !== 0;
  handles.assertRoom();
  if (!has(OPEN_FLAG.write) && !has(OPEN_FLAG.append)) {
    const file = await openPublished(folder, path);
    return { kind: 'handle', id, handle: handles.add({ kind: 'download', file, readOnly: isReadOnly(folder.layout, path) }) };
  }
  if (context.isStopping()) throw new FolderError('failed', 'Server is restarting, please try again');
  const upload = await openUpload(folder, {
    path,
    create: has(OPEN_FLAG.create),
    truncate: has(OPEN_FLAG.truncate),
    exclusive: has(OPEN_FLAG.create) && has(OPEN_FLAG.exclusive),
    append: has(OPEN_FLAG.append),
    readable: has(OPEN_FLAG.read),
    declaredBytes: attributes.size === undefined ? undefined : safeNumber(attributes.size),
    maxBytes: context.maxFileBytes,
  });
  // Who says how long the file is need not be guessed at.
  const blocks = attributes.size === undefined ? new SentBlocks(BLOCKS) : undefined;
  return { kind: 'handle', id, handle: handles.add({ kind: 'upload', upload, readable: has(OPEN_FLAG.read), blocks }) };
}

type HandleRequest = Extract<Request, { readonly handle: string }>;

export async function answerOnHandle({ folder, handles }: SessionContext, request: HandleRequest): Promise<Reply> {
  const { id } = request;
  if (request.kind === 'close') {
    await closeHandle(handles.take(request.handle));
    return ok(id);
  }
  const handle = handles.get(request.handle);
  switch (request.kind) {
    case 'read':
      return read(handle, request);
    case 'write': {
      const { upload, blocks } = asUpload(handle);
      await upload.write(safeNumber(request.offset), request.data);
      blocks?.add(request.data, upload.bytes);
      return ok(id);
    }
    case 'fstat':
      return { kind: 'attributes', id, attributes: await attributesOfHandle(handle, folder.clock.now()) };
    case 'fsetstat': {
      const upload = asUpload(handle).upload;
      if (request.attributes.size !== undefined) await upload.setSize(safeNumber(request.attributes.size));
      if (request.attributes.times !== undefined) upload.setTimes(request.attributes.times);
      return ok(id);
    }
    case 'fsync':
      await asUpload(handle).upload.sync();
      return ok(id);
    case 'readdir': {
      if (handle.kind !== 'listing') throw new FolderError('failed', 'Not a directory handle');
      const entries = await handle.listing.next();
      const now = folder.clock.now();
      return entries.length === 0 ? endOfFile(id) : { kind: 'names', id, names: entries.map((entry) => nameOf(entry, now)) };
    }
  }
}

/** For a handle of a session that is over. Without a CLOSE nothing is published. */
export async function abandonHandle(handle: Handle): Promise<void> {
  if (handle.kind === 'upload') await handle.upload.abandon();
  else await closeHandle(handle);
}

async function closeHandle(handle: Handle): Promise<void> {
  if (handle.kind === 'upload') await closeUpload(handle);
  else if (handle.kind === 'download') await handle.file.close();
  else await handle.listing.close();
}

async function closeUpload({ upload, blocks }: Extract<Handle, { kind: 'upload' }>): Promise<void> {
  if (blocks?.lookCut(upload.bytes) !== true) return upload.close();
  await upload.abandon();
  throw cutInLine();
}

async function read(handle: Handle, request: Extract<Request, { kind: 'read' }>): Promise<Reply> {
  const buffer = Buffer.allocUnsafe(Math.min(request.length, MAX_TRANSFER_BYTES));
  const offset = safeNumber(request.offset);
  const bytes = await readInto(handle, buffer, offset);
  return bytes === 0 ? endOfFile(request.id) : { kind: 'data', id: request.id, data: buffer.subarray(0, bytes) };
}

async function readInto(handle: Handle, buffer: Buffer, offset: number): Promise<number> {
  if (handle.kind === 'download') return (await handle.file.read(buffer, 0, buffer.length, offset)).bytesRead;
  if (handle.kind === 'upload' && handle.readable) return handle.upload.read(buffer, offset);
  throw new FolderError('denied', 'Permission denied: not opened for reading');
}

function asUpload(handle: Handle): Extract<Handle, { kind: 'upload' }> {
  if (handle.kind !== 'upload') throw new FolderError('denied', 'Permission denied: not opened for writing');
  return handle;
}

async function attributesOfHandle(handle: Handle, now: Date): Promise<Attributes> {
  if (handle.kind === 'upload') return attributesOf(entryOfUpload(handle.upload.bytes, now));
  if (handle.kind === 'listing') throw new FolderError('failed', 'Not a file handle');
  const entry = entryOf(await handle.file.stat(), handle.readOnly);
  if (entry === undefined) throw notFound();
  return attributesOf(entry);
}

/** Sizes and offsets are 64 bits wide on the wire; no file is larger than 2^53, and no number beyond that is exact here. */
function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FolderError('failed', 'Offset or size is out of range');
  return Number(value);
}
