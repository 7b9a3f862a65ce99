// Downloads and listings, whose bytes go no faster than the client takes them, and whose end is signalled in TLS, so that the client knows it has
// everything; and uploads.

import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPublished } from '../../door/folder/look-up';
import type { VirtualPath } from '../../door/folder/virtual-path';
import { FolderError } from '../../door/folder/folder-error';
import { reply, type Reply } from '../control/command';
import { transfer, type Transfer } from '../transfer/transfer';
import type { Visitor } from '../../door/visits';
import type { Session } from '../session';
import { setTimeout as sleep } from 'node:timers/promises';
import { openUpload } from '../../door/folder/open-upload';
import { cutInLine } from '../../door/sent-blocks';

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

/** A program that dies takes its control connection with it. This is how long that may take to be seen. */
const ALIVE_MS = 400;

/** Published when the client said that it has sent everything, not because its connection ended: that of a killed program ends as politely. */
export async function receiveFile(
  session: Session,
  { client, folder, visit }: Visitor,
  { path, restartAt, append }: { readonly path: VirtualPath; readonly restartAt: number; readonly append: boolean },
): Promise<Reply> {
  if (session.frontDoor.isStopping()) throw new FolderError('failed', 'Server is restarting, please try again');
  const isFromStart = restartAt === 0 && !append;
  // A program that goes on may announce the rest or the whole; one that sends text may announce another number of line ends.
  const declaredBytes = isFromStart && !session.isText ? session.declaredBytes : undefined;
  const upload = await openUpload(folder, {
    path,
    create: true,
    truncate: isFromStart,
    exclusive: false,
    append,
    readable: false,
    declaredBytes,
    maxBytes: client.settings.maxFileBytes,
  });
  let isClosed = false;
  try {
    if (restartAt > upload.bytes) throw new FolderError('failed', `Only ${upload.bytes} bytes are here: there is nothing to restart at`);
    if (restartAt > 0) await upload.setSize(restartAt);
    return await transfer(session, async (under) => {
      let at = restartAt;
      for await (const chunk of under.data.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        await upload.write(at, chunk);
        at += chunk.length;
        visit.received(chunk.length);
      }
      // Some programs wait for us to say the same before they look for the reply.
      under.data.end();
      if (!(await cameWhole(session, under))) return reply(426, 'The connection ended before the file did; what came is kept, resume it');
      if (declaredBytes === undefined && under.data.looksCut) throw cutInLine();
      isClosed = true;
      await upload.close();
      visit.received(0);
      return reply(226, 'Received, all of it');
    });
  } finally {
    if (!isClosed) await upload.abandon();
  }
}

async function cameWhole({ link, frontDoor, peer }: Session, { data, brokenOff }: Transfer): Promise<boolean> {
  if (brokenOff.aborted) return false;
  if (data.ending === 'whole') return true;
  await sleep(ALIVE_MS, undefined, { signal: brokenOff }).catch(() => undefined);
  if (brokenOff.aborted || data.ending === 'reset' || !link.isAlive) return false;
  frontDoor.log.warn('An upload ended without close_notify and is taken, because the client is still there', {
    ip: peer.address,
    software: peer.software,
  });
  return true;
}
