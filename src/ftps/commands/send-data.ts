// A download, or a listing: bytes go no faster than the client takes them, and their end is signalled in TLS, so that the client knows it
// has everything.

import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPublished } from '../../door/folder/look-up';
import type { VirtualPath } from '../../door/folder/virtual-path';
import { FolderError } from '../../door/folder/folder-error';
import { reply, type Reply } from '../control/command';
import { transfer } from '../transfer/transfer';
import type { Session, Visitor } from '../session';

const BLOCK_BYTES = 256 * 1024;
/** Most clients hang up once they have everything; one that waits for the reply first gets it. */
const HANG_UP_MS = 1000;

export async function sendFile(
  session: Session,
  { folder, visit }: Visitor,
  { path, restartAt }: { readonly path: VirtualPath; readonly restartAt: number },
): Promise<Reply> {
  const file = await openPublished(folder, path);
  try {
    const { size } = await file.stat();
    if (restartAt > size) throw new FolderError('failed', `The file has ${size} bytes: there is nothing to restart at`);
    const source = file.createReadStream({ start: restartAt, autoClose: false, highWaterMark: BLOCK_BYTES });
    source.on('data', (chunk) => visit.sent(chunk.length));
    source.pause();
    return await send(session, source);
  } finally {
    await file.close();
  }
}

/** Part by part, as the client takes them. */
export function sendText<T>(session: Session, parts: Iterable<T> | AsyncIterable<T>, textOf: (part: T) => string): Promise<Reply> {
  return send(session, Readable.from(encoded(parts, textOf), { objectMode: false }));
}

async function* encoded<T>(parts: Iterable<T> | AsyncIterable<T>, textOf: (part: T) => string): AsyncGenerator<Buffer> {
  for await (const part of parts) yield Buffer.from(textOf(part));
}

function send(session: Session, source: Readable): Promise<Reply> {
  return transfer(session, async ({ data, brokenOff }) => {
    const closed = once(data, 'close', { signal: AbortSignal.any([brokenOff]) }).catch(() => undefined);
    // Whatever the client says here is of no interest, but its end is.
    data.resume();
    data.speak();
    await pipeline(source, data);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, HANG_UP_MS).unref())]);
    return reply(226, 'Sent, all of it');
  });
}
