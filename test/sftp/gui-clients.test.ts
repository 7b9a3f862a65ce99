// What WinSCP and FileZilla send (read from their sources), replayed packet by packet, while the import takes ready files away.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileStore } from '../../src/adapters/files/file-store';
import { importIdOf } from '../../src/domain/ids';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { clientId } from './support/front-door-fixture';
import { openFolderFixture, WRITE_KEEP, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import type { Peer } from './support/peer';

const QUIET = 5_000;
const LINE = `${'1,OPSCOM,'.padEnd(96, 'x')}\n`;
const SMALL = Buffer.from(LINE.repeat(500));
const LARGE = Buffer.from(LINE.repeat(3_000));
const MODE = { mode: 0o100644 };
const TIMES = { times: { accessed: 1_000_000_000, modified: 1_000_000_000 } };
const acme = clientId('acme');

let fixture: FolderFixture;
let peer: Peer;
let imports = 0;
beforeEach(async () => {
  fixture = await openFolderFixture();
  peer = fixture.connect();
  imports = 0;
});
afterEach(async () => {
  await peer.end();
  await fixture.remove();
});

const path = (name: string): Buffer => Buffer.from(`/${name}`);
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const visible = (): string[] => readdirSync(fixture.root);
const published = (name: string): string => hash(readFileSync(join(fixture.root, name)));

/** What an import would do `after` milliseconds from now: claims what is ready. Names and hashes of the files that it took. */
async function claim(after = QUIET + 1_000): Promise<(readonly [string, string])[]> {
  const store = createFileStore(fixture.dataDir);
  const claimed: (readonly [string, string])[] = [];
  for (const file of (await store.readyFiles(acme, QUIET, new Date(Date.now() + after))).ready) {
    const importId = importIdOf(acme, ++imports);
    expect(await store.claim(acme, importId, file)).toBe('claimed');
    claimed.push([file.name, hash(readFileSync(store.sourcePath(importId)))]);
  }
  return claimed;
}

/** Sends blocks without waiting for an answer in between. */
function send(handle: string, bytes: Buffer, block: number, from = 0): Promise<number>[] {
  const sent: Promise<number>[] = [];
  for (let at = from; at < bytes.length; at += block) {
    sent.push(peer.status({ kind: 'write', handle, offset: BigInt(at), data: bytes.subarray(at, at + block) }));
  }
  return sent;
}

const allOk = async (sent: readonly Promise<number>[]): Promise<void> =>
  expect(new Set(await Promise.all(sent))).toEqual(new Set([STATUS.ok]));

async function entrySize(name: string): Promise<number | undefined> {
  return peer.size(`/${name}`);
}

describe('WinSCP', () => {
  const BLOCK = 32 * 1024;
  const declared = (bytes: Buffer): { size: bigint; mode: number } => ({ size: BigInt(bytes.length), ...MODE });

  /** Up to 100 KB: under the final name, the time right behind the CLOSE. */
  async function putSmall(name: string, bytes: Buffer): Promise<void> {
    const handle = await peer.open(`/${name}`, WRITE_NEW, declared(bytes));
    const sent = send(handle, bytes, BLOCK);
    const closed = peer.status({ kind: 'close', handle });
    await allOk([...sent, closed, peer.status({ kind: 'setstat', path: path(name), attributes: TIMES })]);
  }

  /** Above: under a temporary name. Resolves to the name's handle when all is sent but the CLOSE. */
  async function sendLarge(name: string, bytes: Buffer): Promise<string> {
    await entrySize(name);
    await entrySize(`${name}.filepart`);
    const handle = await peer.open(`/${name}.filepart`, WRITE_NEW, declared(bytes));
    await allOk(send(handle, bytes, BLOCK));
    return handle;
  }

  async function finishLarge(name: string, handle: string, { replaces = false } = {}): Promise<void> {
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    if (replaces) expect(await peer.status({ kind: 'remove', path: path(name) })).toBe(STATUS.ok);
    const renamed = { kind: 'rename', from: path(`${name}.filepart`), to: path(name) } as const;
    expect(await peer.status(renamed)).toBe(STATUS.ok);
  }

  it('uploads a small file, sets its time behind the CLOSE, and hears that all is well', async () => {
    expect(await entrySize('users.csv')).toBeUndefined();
    await putSmall('users.csv', SMALL);
    expect(await claim(QUIET - 1_000)).toEqual([]);
    expect(await claim()).toEqual([['users.csv', hash(SMALL)]]);
  });

  it('asks before it overwrites: creates exclusively, is told that the file is there, then overwrites it', async () => {
    await putSmall('users.csv', SMALL);
    await expect(peer.open('/users.csv', WRITE_NEW | OPEN_FLAG.exclusive, declared(LARGE))).rejects.toThrow('File already exists');
    await putSmall('users.csv', LARGE);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });

  it('sets the time of a small file that the import has taken meanwhile, also from a session of its own', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, declared(SMALL));
    await allOk([...send(handle, SMALL, BLOCK), peer.status({ kind: 'close', handle })]);
    expect(await claim()).toEqual([['users.csv', hash(SMALL)]]);
    const fresh = fixture.connect();
    for (const session of [peer, fresh]) {
      expect(await session.size('/users.csv')).toBe(SMALL.length);
      expect(await session.status({ kind: 'setstat', path: path('users.csv'), attributes: { ...TIMES, ...MODE } })).toBe(STATUS.ok);
    }
    await fresh.end();
  });

  it('uploads a large file under a temporary name, which is never claimed, and renames it', async () => {
    const handle = await sendLarge('users.csv', LARGE);
    expect(await claim()).toEqual([]);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(await claim()).toEqual([]);
    expect(await peer.status({ kind: 'rename', from: path('users.csv.filepart'), to: path('users.csv') })).toBe(STATUS.ok);
    expect(await claim(QUIET - 1_000)).toEqual([]);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
    expect(await peer.status({ kind: 'setstat', path: path('users.csv'), attributes: TIMES })).toBe(STATUS.ok);
  });

  it('replaces a large file, removing the former one', async () => {
    await putSmall('users.csv', SMALL);
    await finishLarge('users.csv', await sendLarge('users.csv', LARGE), { replaces: true });
    expect(visible()).toEqual(['users.csv']);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });

  it('replaces a file that the import has taken between its look and its removal: both are imported', async () => {
    await putSmall('users.csv', SMALL);
    const handle = await sendLarge('users.csv', LARGE);
    expect(await claim()).toEqual([['users.csv', hash(SMALL)]]);
    await finishLarge('users.csv', handle, { replaces: true });
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });

  // lftp, and programs on Commons VFS that are told to take another ending.
  it.each(['.in.users.csv', 'users.tmp'])('a program that names its upload %s does so, too', async (name) => {
    await putSmall('users.csv', SMALL);
    await putSmall(name, LARGE);
    expect(await claim()).toEqual([['users.csv', hash(SMALL)]]);
    expect(await peer.status({ kind: 'remove', path: path('users.csv') })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'rename', from: path(name), to: path('users.csv') })).toBe(STATUS.ok);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });

  it('is told that it is too late to remove a file that the import has taken', async () => {
    await putSmall('users.csv', SMALL);
    await claim();
    const tooLate = {
      status: STATUS.failure,
      message: 'This file was taken for import a moment ago: it can no longer be removed or renamed',
    };
    await putSmall('leavers.tmp', SMALL);
    expect(await peer.ask({ kind: 'remove', path: path('users.csv') })).toMatchObject(tooLate);
    expect(await peer.ask({ kind: 'rename', from: path('users.csv'), to: path('old.csv') })).toMatchObject(tooLate);
  });

  it('cancels a small file: it is not published, and gone when WinSCP removes it', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, declared(SMALL));
    await allOk(send(handle, SMALL.subarray(0, LINE.length * 300), BLOCK));
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(visible()).toEqual([]);
    expect(await peer.status({ kind: 'remove', path: path('users.csv') })).toBe(STATUS.ok);
    expect(await peer.names('/')).toEqual([]);
    expect(readdirSync(fixture.staging)).toEqual([]);
  });

  it.each([
    ['closes it', true],
    ['is cut off', false],
  ])('resumes a large file after it %s', async (_how, closes) => {
    const first = await peer.open('/users.csv.filepart', WRITE_NEW, declared(LARGE));
    await allOk(send(first, LARGE.subarray(0, 3 * BLOCK), BLOCK));
    if (closes) expect(await peer.status({ kind: 'close', handle: first })).toBe(STATUS.failure);
    await peer.drop();
    peer = fixture.connect();
    expect(await claim()).toEqual([]);
    expect(await entrySize('users.csv.filepart')).toBe(3 * BLOCK);
    const handle = await peer.open('/users.csv.filepart', WRITE_KEEP, declared(LARGE));
    await allOk(send(handle, LARGE, BLOCK, 3 * BLOCK));
    await finishLarge('users.csv', handle);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });
});

describe('FileZilla', () => {
  const BLOCK = 16 * 1024;

  it('uploads in small blocks and sets the time', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, MODE);
    await allOk([...send(handle, LARGE, BLOCK), peer.status({ kind: 'close', handle })]);
    expect(await peer.status({ kind: 'setstat', path: path('users.csv'), attributes: TIMES })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe(hash(LARGE));
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
    expect(await peer.status({ kind: 'setstat', path: path('users.csv'), attributes: TIMES })).toBe(STATUS.ok);
  });

  it('publishes nothing when it closes the file after an error of its own, and resumes it without creating it', async () => {
    const part = LARGE.subarray(0, 5 * BLOCK);
    const first = await peer.open('/users.csv', WRITE_NEW, MODE);
    await allOk(send(first, part, BLOCK));
    expect(await peer.ask({ kind: 'close', handle: first })).toMatchObject({
      status: STATUS.failure,
      message: expect.stringContaining('not complete'),
    });
    expect(await claim()).toEqual([]);
    const handle = await peer.open('/users.csv', OPEN_FLAG.write);
    expect(await peer.ask({ kind: 'fstat', handle })).toMatchObject({ attributes: { size: BigInt(part.length) } });
    await allOk([...send(handle, LARGE, BLOCK, part.length), peer.status({ kind: 'close', handle })]);
    expect(await claim()).toEqual([['users.csv', hash(LARGE)]]);
  });

  it('downloads to the end what the import takes meanwhile', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, MODE);
    await allOk([...send(handle, LARGE, BLOCK), peer.status({ kind: 'close', handle })]);
    const reading = await peer.open('/users.csv', OPEN_FLAG.read);
    await claim();
    expect(await peer.ask({ kind: 'fstat', handle: reading })).toMatchObject({ attributes: { size: BigInt(LARGE.length) } });
    const blocks: Buffer[] = [];
    for (let offset = 0n; ;) {
      const reply = await peer.ask({ kind: 'read', handle: reading, offset, length: 2 * BLOCK });
      if (reply.kind !== 'data') break;
      blocks.push(reply.data);
      offset += BigInt(reply.data.length);
    }
    expect(hash(Buffer.concat(blocks))).toBe(hash(LARGE));
  });
});

describe('a file that ends with a full block', () => {
  const put = async (bytes: Buffer, block: number): Promise<number> => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await allOk(send(handle, bytes, block));
    return peer.status({ kind: 'close', handle });
  };
  // What has no lines is never taken for cut: see sent-blocks.test.ts.
  const lines = `${'x'.repeat(96)}\n`.repeat(2000);
  const text = (bytes: number, end = 'x'): Buffer => Buffer.from(lines.slice(0, bytes - end.length) + end);

  it.each([
    ['in the middle of a line is taken for cut', text(5 * 32_768), 32_768, STATUS.failure],
    ['of a single one, too', text(32_768), 32_768, STATUS.failure],
    ['and a line break is whole', text(5 * 32_768, '\n'), 32_768, STATUS.ok],
    ['and a carriage return, too', text(5 * 32_768, '\r'), 32_768, STATUS.ok],
    ['is whole when the block is any length', text(40_000), 40_000, STATUS.ok],
    ['is whole when the blocks are small', text(50_000), 2_000, STATUS.ok],
    ['is taken for cut when they are of 8 KiB, as Java and Rust copy', text(5 * 8192), 8192, STATUS.failure],
  ])('%s', async (_what, bytes, block, status) => {
    expect(await put(bytes, block)).toBe(status);
  });

  it('is whole without a line break when its last block is shorter', async () => {
    expect(await put(text(5 * 32_768 + 1), 32_768)).toBe(STATUS.ok);
  });

  it('is whole when the client had said how long it is', async () => {
    const bytes = text(2 * 32_768);
    const handle = await peer.open('/users.csv', WRITE_NEW, { size: BigInt(bytes.length) });
    await allOk(send(handle, bytes, 32_768));
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
  });
});
