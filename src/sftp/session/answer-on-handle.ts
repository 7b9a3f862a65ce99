// Requests on something that is open: reading, writing, listing on, closing.

import type { Attributes } from '../codec/attributes';
import type { Request } from '../codec/decode-request';
import type { Reply } from '../codec/encode-reply';
import { MAX_TRANSFER_BYTES } from '../codec/protocol';
import { entryOf, entryOfUpload } from '../../door/folder/entry';
import { FolderError, notFound } from '../../door/folder/folder-error';
import { cutInLine } from '../../door/sent-blocks';
import type { SessionContext } from './answer-request';
import { attributesOf, endOfFile, nameOf, ok } from './replies';
import type { Handle } from './handles';
import { safeNumber } from './safe-number';

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
