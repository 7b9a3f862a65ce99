// OPEN: for reading, the published file; for anything else, an upload.

import type { Request } from '../codec/decode-request';
import type { Reply } from '../codec/encode-reply';
import { OPEN_FLAG } from '../codec/protocol';
import { FolderError } from '../../door/folder/folder-error';
import { openPublished } from '../../door/folder/open-published';
import { openUpload } from '../../door/folder/open-upload';
import { isReadOnly, parseVirtualPath } from '../../door/folder/virtual-path';
import { SentBlocks } from '../../door/sent-blocks';
import type { SessionContext } from './answer-request';
import { safeNumber } from './safe-number';

/** Most programs send 16 KiB or more; what is copied by Java or Rust into their libraries comes in 8 KiB, and by older tools in 4. */
const BLOCKS = { shortest: 4 * 1024 };

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
