// One session: order of replies, back-pressure, handles, and peers that do not speak the protocol.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeReply } from '../../src/sftp/codec/messages';
import { MAX_HANDLES, MAX_TRANSFER_BYTES, OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { openFolderFixture, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import { encodeRequest, type Peer } from './support/peer';

let fixture: FolderFixture;
let peer: Peer;
beforeEach(async () => {
  fixture = await openFolderFixture();
  peer = fixture.connect();
});
afterEach(async () => {
  await peer.end();
  await fixture.remove();
});

it('answers a pipeline of requests in the order they were sent', async () => {
  const handle = await peer.open('/users.csv', WRITE_NEW);
  const first = peer.replies.length;
  const sent = Array.from({ length: 200 }, (_, n) =>
    n % 3 === 0
      ? peer.ask({ kind: 'stat', path: Buffer.from('/nowhere') })
      : peer.ask({ kind: 'write', handle, offset: BigInt(n), data: Buffer.from('x') }),
  );
  await Promise.all(sent);
  const ids = peer.replies.slice(first).map((reply) => ('id' in reply ? reply.id : 0));
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});

it('lets others have their turn between requests that need no disk', async () => {
  const path = Buffer.from('/users.csv');
  await peer.ask({ kind: 'realpath', path });
  const before = peer.replies.length;
  peer.sendBytes(Buffer.concat(Array.from({ length: 5000 }, (_, n) => encodeRequest({ kind: 'realpath', id: n + 10, path }))));
  // At the first one, the session has just begun.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(peer.replies.length - before).toBeLessThan(100);
  await peer.ask({ kind: 'realpath', path });
  expect(peer.replies.length - before).toBe(5001);
});

it('takes in every write of a pipeline before the CLOSE and the SETSTAT right behind them', async () => {
  const block = 10_000;
  const handle = await peer.open('/users.csv', WRITE_NEW);
  const writes = Array.from({ length: 64 }, (_, n) => peer.write(handle, n * block, String(n % 10).repeat(block)));
  const closed = peer.status({ kind: 'close', handle });
  const times = { accessed: 5, modified: 5 };
  const touched = peer.status({ kind: 'setstat', path: Buffer.from('/users.csv'), attributes: { times } });
  expect(new Set(await Promise.all([...writes, closed, touched]))).toEqual(new Set([STATUS.ok]));
  expect(readFileSync(join(fixture.root, 'users.csv'), 'utf8')).toBe(writes.map((_, n) => String(n % 10).repeat(block)).join(''));
});

it('reads no further request while the client does not take the replies', async () => {
  writeFileSync(join(fixture.root, 'big.csv'), Buffer.alloc(MAX_TRANSFER_BYTES));
  const handle = await peer.open('/big.csv', OPEN_FLAG.read);
  const before = peer.replies.length;
  peer.stall();
  const reads = Array.from({ length: 50 }, () => peer.ask({ kind: 'read', handle, offset: 0n, length: MAX_TRANSFER_BYTES }));
  await reads[0];
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(peer.replies.length - before).toBe(1);
  peer.unstall();
  await Promise.all(reads);
  expect(peer.replies.length - before).toBe(50);
});

it('reads no more at once than it says it does, however much is asked for', async () => {
  writeFileSync(join(fixture.root, 'big.csv'), Buffer.alloc(MAX_TRANSFER_BYTES + 10));
  const handle = await peer.open('/big.csv', OPEN_FLAG.read);
  const reply = await peer.ask({ kind: 'read', handle, offset: 0n, length: 0xffff_ffff });
  expect(reply.kind === 'data' && reply.data.length).toBe(MAX_TRANSFER_BYTES);
  expect(await peer.ask({ kind: 'limits' })).toMatchObject({ numbers: [262_144n, 261_120n, 261_120n, 64n] });
});

it('ends reading and listing with end-of-file', async () => {
  writeFileSync(join(fixture.root, 'users.csv'), 'abc');
  const handle = await peer.open('/users.csv', OPEN_FLAG.read);
  expect(await peer.status({ kind: 'read', handle, offset: 3n, length: 10 })).toBe(STATUS.eof);
  expect(await peer.names('/')).toEqual(['users.csv']);
});

it('lists a thousand files without losing one', async () => {
  const names = Array.from({ length: 1000 }, (_, n) => `${String(n).padStart(4, '0')}.csv`);
  for (const name of names) writeFileSync(join(fixture.root, name), '');
  expect(await peer.names('/')).toEqual(names);
});

it.each([
  ['reading', { kind: 'read', handle: '', offset: 2n ** 63n, length: 1 } as const],
  ['writing', { kind: 'write', handle: '', offset: 2n ** 63n, data: Buffer.from('x') } as const],
])('refuses %s at an offset that no number of ours can hold', async (_what, question) => {
  const handle = await peer.open('/users.csv', WRITE_NEW | OPEN_FLAG.read);
  expect(await peer.status({ ...question, handle })).toBe(STATUS.failure);
});

it('refuses handles that were never given out, are closed, or are of another kind', async () => {
  const listing = await peer.ask({ kind: 'opendir', path: Buffer.from('/') });
  const handle = listing.kind === 'handle' ? listing.handle : '';
  const upload = await peer.open('/users.csv', WRITE_NEW);
  await peer.status({ kind: 'close', handle: upload });
  const refused = [
    await peer.status({ kind: 'close', handle: 'nonsense' }),
    await peer.status({ kind: 'close', handle: upload }),
    await peer.status({ kind: 'read', handle, offset: 0n, length: 1 }),
    await peer.write(handle, 0, 'x'),
    await peer.status({ kind: 'fstat', handle }),
  ];
  expect(refused).toEqual([STATUS.failure, STATUS.failure, STATUS.permissionDenied, STATUS.permissionDenied, STATUS.failure]);
});

it('opens no more files than it says it does, and one more when one is closed', async () => {
  const handles = await Promise.all(Array.from({ length: MAX_HANDLES }, (_, n) => peer.open(`/${n}.csv`, WRITE_NEW)));
  await expect(peer.open('/one-more.csv', WRITE_NEW)).rejects.toThrow('Too many open files');
  await peer.status({ kind: 'close', handle: handles[0] ?? '' });
  await peer.open('/one-more.csv', WRITE_NEW);
});

it('closes whatever a session leaves open', async () => {
  const open = (): number => fixture.folder.uploads.size;
  await peer.open('/a.csv', WRITE_NEW);
  await peer.open('/b.csv', WRITE_NEW);
  expect(open()).toBe(2);
  await peer.drop();
  expect(open()).toBe(0);
  peer = fixture.connect();
});

describe('a peer that does not speak the protocol', () => {
  const HUGE = Buffer.from([0xff, 0xff, 0xff, 0xff]);
  it.each<[string, Buffer]>([
    ['an impossible length', HUGE],
    ['a packet of nothing', Buffer.alloc(4)],
    ['a second greeting', encodeRequest({ kind: 'init', version: 3 })],
    ['a reply', encodeReply({ kind: 'status', id: 1, status: STATUS.ok, message: '' })],
    ['a field beyond its packet', Buffer.from([0, 0, 0, 9, 16, 0, 0, 0, 1, 0, 0, 0, 99])],
  ])('is sent away after %s, and its uploads become partials', async (_what, bytes) => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    peer.sendBytes(bytes);
    expect(await peer.ended).toBe('malformed');
    const next = fixture.connect();
    expect(await next.size('/users.csv')).toBe(3);
    await next.end();
  });

  it('hears why, when it is only a block that is too long', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    const answer = peer.ask({ kind: 'write', handle, offset: 0n, data: Buffer.alloc(1_000_000, 'x') });
    expect(await answer).toMatchObject({ status: STATUS.failure, message: expect.stringContaining('A block may be 255 KiB at most') });
    expect([await peer.ended, fixture.folder.uploads.size]).toEqual(['malformed', 0]);
  });

  it('does not disturb the other sessions', async () => {
    const other = fixture.connect();
    peer.sendBytes(HUGE);
    await peer.ended;
    expect(await other.names('/')).toEqual([]);
    await other.end();
  });
});
