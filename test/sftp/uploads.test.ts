// When an upload becomes the client's file, and when it does not.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { APPEND, openFolderFixture, WRITE_KEEP, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import type { Peer } from './support/peer';

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

const published = (name: string): string => readFileSync(join(fixture.root, name), 'utf8');
const isPublished = (name: string): boolean => existsSync(join(fixture.root, name));
const staged = (): string[] => readdirSync(fixture.staging);

async function put(name: string, text: string, flags = WRITE_NEW): Promise<void> {
  const handle = await peer.open(name, flags);
  await peer.write(handle, 0, text);
  expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
}

const take = (): void => renameSync(join(fixture.root, 'users.csv'), join(fixture.dataDir, 'taken'));

/** An upload of `text` that was cut off behind it. */
async function breakOff(name: string, text: string): Promise<void> {
  const handle = await peer.open(name, WRITE_NEW);
  await peer.write(handle, 0, text);
  await peer.drop();
  peer = fixture.connect();
}

describe('publishing', () => {
  it('shows nobody a byte before the CLOSE, and all of them after it', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    expect(isPublished('users.csv')).toBe(false);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('abc');
    expect(staged()).toEqual([]);
  });

  it('leaves the old file whole until the new one is', async () => {
    await put('/users.csv', 'old');
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'brand new');
    expect(published('users.csv')).toBe('old');
    await peer.status({ kind: 'close', handle });
    expect(published('users.csv')).toBe('brand new');
  });

  it('replaces a longer file by a shorter one that is opened without TRUNC, as scp does', async () => {
    await put('/users.csv', 'a much longer file');
    await put('/users.csv', 'short', WRITE_KEEP);
    expect(published('users.csv')).toBe('short');
  });

  it('publishes an empty file', async () => {
    await put('/empty.csv', '');
    expect(published('empty.csv')).toBe('');
  });

  it('publishes blocks that come out of order, once there is no hole', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 6, 'ghi');
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 3, 'def');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('abcdefghi');
    expect(staged()).toEqual([]);
  });

  it('refuses to publish a file with a hole in it, and keeps what lies before the hole', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 6, 'ghi');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(isPublished('users.csv')).toBe(false);
    expect(await peer.size('/users.csv')).toBe(3);
  });

  it('refuses to publish fewer bytes than were declared, and keeps them for resuming', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, { size: 9n });
    await peer.write(handle, 0, 'abc');
    expect(await peer.ask({ kind: 'close', handle })).toMatchObject({
      status: STATUS.failure,
      message: expect.stringContaining('not complete'),
    });
    expect(isPublished('users.csv')).toBe(false);
    expect(await peer.size('/users.csv')).toBe(3);
  });

  it('never cuts a file to its declared size', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW, { size: 2n });
    await peer.write(handle, 0, 'abc');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(await peer.size('/users.csv')).toBe(3);
  });

  it('cuts the file where the client sets its size', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abcdef');
    await peer.status({ kind: 'fsetstat', handle, attributes: { size: 4n } });
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('abcd');
  });

  it('waits for the bytes of a file whose size was set before they came', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    expect(await peer.status({ kind: 'fsetstat', handle, attributes: { size: 3n } })).toBe(STATUS.ok);
    await peer.write(handle, 0, 'ab');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(isPublished('users.csv')).toBe(false);
  });

  it('sets the times of the client when it publishes', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    const attributes = { mode: 0o600, owner: { uid: 7, gid: 7 }, times: { accessed: 1_000_000, modified: 1_000_001 } };
    expect(await peer.status({ kind: 'fsetstat', handle, attributes })).toBe(STATUS.ok);
    await peer.status({ kind: 'close', handle });
    const { mtimeMs, mode } = statSync(join(fixture.root, 'users.csv'));
    expect({ mtimeMs, mode: mode & 0o777 }).toEqual({ mtimeMs: 1_000_001_000, mode: 0o666 & ~process.umask() });
  });

  it('does not replace a file that is to be created only', async () => {
    await put('/users.csv', 'old');
    const exclusive = WRITE_NEW | 0x20;
    await expect(peer.open('/users.csv', exclusive)).rejects.toThrow('File already exists');
    const late = await peer.open('/late.csv', exclusive);
    await put('/late.csv', 'faster');
    expect(await peer.status({ kind: 'close', handle: late })).toBe(STATUS.failure);
    expect(published('late.csv')).toBe('faster');
  });

  it('lets the last CLOSE win when two uploads of a name go on at once', async () => {
    const first = await peer.open('/users.csv', WRITE_NEW);
    const second = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(first, 0, 'first');
    await peer.write(second, 0, 'second');
    expect(await peer.status({ kind: 'close', handle: second })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'close', handle: first })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('first');
    expect(staged()).toEqual([]);
  });

  it('refuses to publish a file when a write to it has failed, also when the client closes it all the same', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    const any = await openFile(__filename);
    const handles = Object.getPrototypeOf(any) as FileHandle;
    await any.close();
    const full = jest.spyOn(handles, 'write').mockRejectedValueOnce(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    expect(await peer.ask({ kind: 'write', handle, offset: 3n, data: Buffer.from('def') })).toMatchObject({
      status: STATUS.failure,
      message: 'Disk is full, try again later',
    });
    full.mockRestore();
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(isPublished('users.csv')).toBe(false);
    expect(await peer.size('/users.csv')).toBe(3);
  });

  it('keeps the bytes when the folder cannot be reached at the CLOSE', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    renameSync(fixture.root, `${fixture.root}-gone`);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.noSuchFile);
    renameSync(`${fixture.root}-gone`, fixture.root);
    expect(await peer.size('/users.csv')).toBe(3);
    expect(isPublished('users.csv')).toBe(false);
  });
});

describe('limits', () => {
  it('refuses a file that is declared larger than the client may send, before its first byte', async () => {
    await expect(peer.open('/users.csv', WRITE_NEW, { size: 1_000_001n })).rejects.toThrow('larger than the limit of 1,000,000 bytes');
  });

  it('refuses every further byte of a file that grew too large, and throws it away', async () => {
    const small = fixture.connect({ maxFileBytes: 5 });
    const handle = await small.open('/users.csv', WRITE_NEW);
    expect(await small.write(handle, 0, 'abc')).toBe(STATUS.ok);
    expect(await small.write(handle, 3, 'def')).toBe(STATUS.failure);
    expect(await small.write(handle, 0, 'a')).toBe(STATUS.failure);
    expect(await small.status({ kind: 'close', handle })).toBe(STATUS.failure);
    await small.end();
    expect({ staged: staged(), published: isPublished('users.csv') }).toEqual({ staged: [], published: false });
    expect(fixture.lines.at(-1)).toMatchObject({ message: 'Upload ended', fields: { result: 'rejected' } });
  });

  it('begins no upload while the server is stopping', async () => {
    const stopping = fixture.connect({ stopping: true });
    await expect(stopping.open('/users.csv', WRITE_NEW)).rejects.toThrow('Server is restarting');
    await stopping.end();
  });
});

describe('a broken-off upload', () => {
  it('is not published, and shows its owner how far it came', async () => {
    await breakOff('/users.csv', 'abc');
    expect(isPublished('users.csv')).toBe(false);
    expect(await peer.size('/users.csv')).toBe(3);
    expect(await peer.names('/')).toEqual(['users.csv']);
    expect(await peer.ask({ kind: 'open', path: Buffer.from('/users.csv'), flags: 1, attributes: {} })).toMatchObject({
      status: STATUS.noSuchFile,
    });
    expect(fixture.lines.at(-1)).toMatchObject({ message: 'Upload ended', fields: { result: 'partial', bytes: 3 } });
  });

  it.each([
    ['at its end, without TRUNC (lftp, FileZilla)', WRITE_KEEP, 3],
    ['with APPEND, whatever offset is named (OpenSSH, curl)', APPEND, 0],
  ])('is resumed %s', async (_how, flags, offset) => {
    await breakOff('/users.csv', 'abc');
    const handle = await peer.open('/users.csv', flags);
    expect(await peer.ask({ kind: 'fstat', handle })).toMatchObject({ attributes: { size: 3n } });
    await peer.write(handle, offset, 'def');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('abcdef');
    expect(staged()).toEqual([]);
  });

  it('is started over by a write to its beginning', async () => {
    await breakOff('/users.csv', 'abcdef');
    await put('/users.csv', 'xy', WRITE_KEEP);
    expect(published('users.csv')).toBe('xy');
    expect(staged()).toEqual([]);
  });

  it('is replaced by the next upload, also when that one breaks off sooner', async () => {
    await breakOff('/users.csv', 'abcdef');
    await breakOff('/users.csv', 'x');
    expect(await peer.size('/users.csv')).toBe(1);
    expect(staged()).toHaveLength(2);
  });

  it('is hidden by the published file of its name, which is what a resuming client continues', async () => {
    await put('/users.csv', 'whole');
    await breakOff('/users.csv', 'abcdefghi');
    expect(await peer.size('/users.csv')).toBe(5);
    const handle = await peer.open('/users.csv', WRITE_KEEP);
    await peer.write(handle, 5, ' and more');
    await peer.status({ kind: 'close', handle });
    expect(published('users.csv')).toBe('whole and more');
  });

  it('can be removed and renamed by its owner', async () => {
    await breakOff('/a.csv', 'abc');
    await breakOff('/b.csv', 'abcd');
    expect(await peer.status({ kind: 'remove', path: Buffer.from('/a.csv') })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'rename', from: Buffer.from('/b.csv'), to: Buffer.from('/c.csv') })).toBe(STATUS.ok);
    expect(await peer.names('/')).toEqual(['c.csv']);
    expect(await peer.size('/c.csv')).toBe(4);
  });

  it('survives a restart', async () => {
    await breakOff('/users.csv', 'abc');
    await peer.end();
    await fixture.restart();
    peer = fixture.connect();
    const handle = await peer.open('/users.csv', APPEND);
    await peer.write(handle, 0, 'def');
    await peer.status({ kind: 'close', handle });
    expect(published('users.csv')).toBe('abcdef');
  });

  it('keeps only what lies before a hole', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 9, 'xyz');
    await peer.drop();
    peer = fixture.connect();
    expect(await peer.size('/users.csv')).toBe(3);
  });

  it('leaves nothing behind when it is removed while there is a hole in it', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 9, 'xyz');
    expect(await peer.status({ kind: 'remove', path: Buffer.from('/users.csv') })).toBe(STATUS.ok);
    expect(readdirSync(fixture.staging)).toEqual([]);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
  });

  it('with a hole in it is no partial for a server that was killed meanwhile', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 9, 'xyz');
    await fixture.restart();
    const next = fixture.connect();
    expect(await next.size('/users.csv')).toBeUndefined();
    await next.end();
  });

  it('tells a session whose bytes are taken over in the middle of a write what has happened, and lets it read no more', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW | OPEN_FLAG.read);
    await peer.write(handle, 0, 'abc');
    const [upload] = fixture.folder.uploads;
    const why = { message: 'Another session continues this upload' };
    // The file is closed when the write has found it open.
    jest.spyOn(fixture.folder.room, 'takeBytes').mockImplementationOnce(() => upload!.lose(why.message));
    expect(await peer.ask({ kind: 'write', handle, offset: 3n, data: Buffer.from('def') })).toMatchObject(why);
    expect(await peer.ask({ kind: 'read', handle, offset: 0n, length: 3 })).toMatchObject(why);
    expect(fixture.lines).not.toContainEqual(expect.objectContaining({ message: 'Answering a request failed' }));
  });

  it('tells a session whose file is removed while it is being opened what has happened', async () => {
    await put('/users.csv', 'abc');
    const { staging } = fixture.folder;
    const create = staging.create.bind(staging);
    const why = { message: 'The file was removed while it was being written' };
    jest.spyOn(staging, 'create').mockImplementationOnce(async (name) => {
      const made = await create(name);
      const write = made.file.write.bind(made.file);
      // While what lies there already is copied.
      jest.spyOn(made.file, 'write').mockImplementationOnce(async (...args: unknown[]) => {
        for (const upload of fixture.folder.uploads) await upload.lose(why.message);
        return (write as (...args: unknown[]) => ReturnType<FileHandle['write']>)(...args);
      });
      return made;
    });
    const flags = WRITE_KEEP | OPEN_FLAG.read;
    expect(await peer.ask({ kind: 'open', path: Buffer.from('/users.csv'), flags, attributes: {} })).toMatchObject(why);
    expect(fixture.lines).not.toContainEqual(expect.objectContaining({ message: 'Answering a request failed' }));
    expect(published('users.csv')).toBe('abc');
  });

  it('goes to the newer session when the former connection is not known to be dead yet', async () => {
    const dead = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(dead, 0, 'abc');
    const back = fixture.connect();
    expect(await back.size('/users.csv')).toBe(3);
    const handle = await back.open('/users.csv', WRITE_KEEP);
    await back.write(handle, 3, 'def');
    expect(await peer.write(dead, 3, 'zzz')).toBe(STATUS.failure);
    expect(await peer.status({ kind: 'close', handle: dead })).toBe(STATUS.failure);
    expect(await back.status({ kind: 'close', handle })).toBe(STATUS.ok);
    await back.end();
    expect(published('users.csv')).toBe('abcdef');
  });

  it('belongs to one of two sessions that continue it at the same moment, and the other writes into nothing that is published', async () => {
    await breakOff('/users.csv', 'abc');
    const sessions = [peer, fixture.connect()];
    const open = await Promise.all(
      sessions.map(async (session) => {
        const handle = await session.open('/users.csv', WRITE_KEEP);
        return {
          write: (offset: number, text: string) => session.write(handle, offset, text),
          close: () => session.status({ kind: 'close', handle }),
        };
      }),
    );
    await Promise.all(open.map(({ write }) => write(3, 'def')));
    const written = await Promise.all(open.map(({ write }) => write(6, 'ghi')));
    expect(new Set(written)).toEqual(new Set([STATUS.ok, STATUS.failure]));
    const winner = open[written.indexOf(STATUS.ok)];
    const loser = open[written.indexOf(STATUS.failure)];
    expect(await winner?.close()).toBe(STATUS.ok);
    expect([await loser?.write(0, 'zzz'), await loser?.close()]).toEqual([STATUS.failure, STATUS.failure]);
    expect({ text: published('users.csv'), staged: staged() }).toEqual({ text: 'abcdefghi', staged: [] });
    await sessions[1]?.end();
  });

  it('survives the death of its server, which can no longer do it harm when it was only thought dead', async () => {
    const dead = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(dead, 0, 'abc');
    await fixture.restart();
    const next = fixture.connect();
    const handle = await next.open('/users.csv', APPEND);
    await next.write(handle, 0, 'def');
    expect(await next.status({ kind: 'close', handle })).toBe(STATUS.ok);
    await next.end();
    await peer.write(dead, 0, 'zzzzzzzzz');
    expect(await peer.status({ kind: 'close', handle: dead })).toBe(STATUS.noSuchFile);
    expect({ text: published('users.csv'), staged: staged() }).toEqual({ text: 'abcdef', staged: [] });
  });

  it.each([
    ['goes on where it lies when this server left it', 0],
    ['goes on where it lies when it is too old to be written to by another server', 3 * 60_000],
  ])('%s', async (_what, age) => {
    await breakOff('/users.csv', 'abc');
    const before = staged();
    if (age > 0) {
      await peer.end();
      await fixture.restart();
      fixture.advance(age);
      peer = fixture.connect();
    }
    const handle = await peer.open('/users.csv', APPEND);
    await peer.write(handle, 0, 'def');
    expect(staged()).toEqual(before);
    await peer.status({ kind: 'close', handle });
    expect(published('users.csv')).toBe('abcdef');
  });

  it('is removed after a day without a byte', async () => {
    await breakOff('/users.csv', 'abc');
    fixture.advance(23 * 60 * 60 * 1000);
    await fixture.folder.staging.removeOld(fixture.folder.clock);
    expect(await peer.size('/users.csv')).toBe(3);
    fixture.advance(2 * 60 * 60 * 1000);
    await fixture.folder.staging.removeOld(fixture.folder.clock);
    expect(staged()).toEqual([]);
    expect(await peer.size('/users.csv')).toBeUndefined();
  });

  it('is removed after an hour without a byte when nothing says what it is', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.write(handle, 9, 'xyz');
    await fixture.restart();
    expect(staged()).toHaveLength(1);
    fixture.advance(59 * 60 * 1000);
    await fixture.folder.staging.removeOld(fixture.folder.clock);
    expect(staged()).toHaveLength(1);
    fixture.advance(2 * 60 * 1000);
    await fixture.folder.staging.removeOld(fixture.folder.clock);
    expect(staged()).toEqual([]);
  });

  it('leaves nothing behind when not a byte had come', async () => {
    await peer.open('/users.csv', WRITE_NEW);
    await peer.drop();
    peer = fixture.connect();
    expect({ staged: staged(), names: await peer.names('/') }).toEqual({ staged: [], names: [] });
  });
});

describe('a file that the import took away', () => {
  const users = Buffer.from('/users.csv');
  const times = { accessed: 1, modified: 1 };

  it('still answers those who look again right after their upload', async () => {
    await put('/users.csv', 'abc');
    take();
    expect(await peer.size('/users.csv')).toBe(3);
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { mode: 0o600 } })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { times } })).toBe(STATUS.ok);
    expect(await peer.names('/')).toEqual([]);
  });

  it('still answers under the name it was given last', async () => {
    await put('/users.csv.filepart', 'abc');
    await peer.status({ kind: 'rename', from: Buffer.from('/users.csv.filepart'), to: users });
    take();
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { times } })).toBe(STATUS.ok);
    expect(await peer.size('/users.csv.filepart')).toBeUndefined();
  });

  it('is forgotten after a minute, and after an hour by those who only set its time or mode, as lftp does behind a whole mirror', async () => {
    await put('/users.csv', 'abc');
    take();
    fixture.advance(60_001);
    expect(await peer.size('/users.csv')).toBeUndefined();
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { times } })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { mode: 0o600 } })).toBe(STATUS.ok);
    fixture.advance(60 * 60_000);
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { mode: 0o600 } })).toBe(STATUS.noSuchFile);
    expect(await peer.status({ kind: 'setstat', path: users, attributes: { times } })).toBe(STATUS.noSuchFile);
  });

  it('is forgotten when its owner removes it', async () => {
    await put('/users.csv', 'abc');
    await peer.status({ kind: 'remove', path: users });
    expect(await peer.size('/users.csv')).toBeUndefined();
  });

  it('is nothing that an append could continue', async () => {
    await put('/users.csv', 'abc');
    take();
    await put('/users.csv', 'new', APPEND);
    expect(published('users.csv')).toBe('new');
  });
});

describe('a file that is open for writing', () => {
  const users = Buffer.from('/users.csv');
  const empty = async (name: string): Promise<string> => peer.open(name, WRITE_NEW);

  it('is there from its OPEN on, with the bytes that have come, and for other sessions of the client, too', async () => {
    const handle = await empty('/users.csv');
    const other = fixture.connect();
    for (const session of [peer, other]) {
      expect(await session.size('/users.csv')).toBe(0);
      expect(await session.names('/')).toEqual(['users.csv']);
    }
    await peer.write(handle, 0, '0123456789');
    for (const session of [peer, other]) expect(await session.size('/users.csv')).toBe(10);
    await other.end();
    expect(readdirSync(fixture.root)).toEqual([]);
  });

  it('is not there any more when its session ends before a byte was written, and nothing is published', async () => {
    await empty('/users.csv');
    await peer.drop();
    peer = fixture.connect();
    expect(await peer.size('/users.csv')).toBeUndefined();
    expect(readdirSync(fixture.root)).toEqual([]);
    expect(readdirSync(fixture.staging)).toEqual([]);
  });

  it('is published empty when its client closes it: what the client calls complete is imported or refused, never dropped', async () => {
    await peer.status({ kind: 'close', handle: await empty('/users.csv') });
    expect(published('users.csv')).toBe('');
  });

  it.each([
    ['before', ''],
    ['after', 'abc'],
  ])('goes by its new name when it is renamed %s the first byte', async (_when, text) => {
    const handle = await empty('/users.csv.tmp');
    if (text !== '') await peer.write(handle, 0, text);
    expect(await peer.status({ kind: 'rename', from: Buffer.from('/users.csv.tmp'), to: users })).toBe(STATUS.ok);
    expect(await peer.names('/')).toEqual(['users.csv']);
    await peer.write(handle, text.length, 'def');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(readdirSync(fixture.root)).toEqual(['users.csv']);
    expect(published('users.csv')).toBe(`${text}def`);
  });

  it.each([
    ['before', ''],
    ['after', 'abc'],
  ])('is given up when it is removed %s the first byte', async (_when, text) => {
    const handle = await empty('/users.csv');
    if (text !== '') await peer.write(handle, 0, text);
    expect(await peer.status({ kind: 'remove', path: users })).toBe(STATUS.ok);
    expect(await peer.size('/users.csv')).toBeUndefined();
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(readdirSync(fixture.root)).toEqual([]);
    expect(readdirSync(fixture.staging)).toEqual([]);
  });
});

describe('the folder', () => {
  it('lets .bak be listed and read, and nothing in it be changed', async () => {
    expect(await peer.names('/')).toEqual([]);
    mkdirSync(join(fixture.root, '.bak'));
    writeFileSync(join(fixture.root, '.bak', 'users.csv'), 'abc');
    await put('/new.csv', 'new');
    expect(await peer.names('/')).toEqual(['.bak', 'new.csv']);
    expect(await peer.names('/.bak')).toEqual(['users.csv']);
    const handle = await peer.open('/.bak/users.csv', 1);
    expect(await peer.ask({ kind: 'read', handle, offset: 0n, length: 10 })).toMatchObject({ data: Buffer.from('abc') });
    const backedUp = Buffer.from('/.bak/users.csv');
    const bak = Buffer.from('/.bak');
    const refused = await Promise.all([
      peer.status({ kind: 'open', path: backedUp, flags: WRITE_NEW, attributes: {} }),
      peer.status({ kind: 'open', path: Buffer.from('/.bak/new.csv'), flags: WRITE_NEW, attributes: {} }),
      peer.status({ kind: 'remove', path: backedUp }),
      peer.status({ kind: 'rename', from: backedUp, to: Buffer.from('/users.csv') }),
      peer.status({ kind: 'posix-rename', from: Buffer.from('/new.csv'), to: backedUp }),
      peer.status({ kind: 'rename', from: bak, to: Buffer.from('/bak') }),
      peer.status({ kind: 'rmdir', path: bak }),
      peer.status({ kind: 'mkdir', path: Buffer.from('/.bak/sub'), attributes: {} }),
      peer.status({ kind: 'setstat', path: backedUp, attributes: { times: { accessed: 1, modified: 1 } } }),
    ]);
    expect(new Set(refused)).toEqual(new Set([STATUS.permissionDenied]));
    expect(readdirSync(join(fixture.root, '.bak'))).toEqual(['users.csv']);
  });

  it('does not let a client make its own .bak', async () => {
    expect(await peer.status({ kind: 'mkdir', path: Buffer.from('/.bak'), attributes: {} })).toBe(STATUS.permissionDenied);
    await expect(peer.open('/.bak', WRITE_NEW)).rejects.toThrow('read-only');
  });

  it('takes nothing into a directory, because only the root is imported', async () => {
    mkdirSync(join(fixture.root, 'sub'));
    mkdirSync(join(fixture.root, 'other'));
    writeFileSync(join(fixture.root, 'sub', 'old.csv'), 'old');
    await put('/users.csv', 'abc');
    const noFolders = { status: STATUS.permissionDenied, message: 'Folders are not supported here: upload files into the top folder' };
    const into = Buffer.from('/sub/users.csv');
    const refused = await Promise.all([
      peer.ask({ kind: 'mkdir', path: Buffer.from('/new'), attributes: {} }),
      peer.ask({ kind: 'mkdir', path: Buffer.from('/sub/new'), attributes: {} }),
      ...[WRITE_NEW, APPEND].map((flags) => peer.ask({ kind: 'open', path: into, flags, attributes: {} })),
      peer.ask({ kind: 'open', path: Buffer.from('/sub/old.csv'), flags: WRITE_NEW, attributes: {} }),
      peer.ask({ kind: 'open', path: Buffer.from('/missing/users.csv'), flags: WRITE_NEW, attributes: {} }),
      ...(['rename', 'posix-rename'] as const).flatMap((kind) => [
        peer.ask({ kind, from: Buffer.from('/users.csv'), to: into }),
        peer.ask({ kind, from: Buffer.from('/other'), to: Buffer.from('/sub/other') }),
        peer.ask({ kind, from: Buffer.from('/sub/old.csv'), to: Buffer.from('/other/old.csv') }),
      ]),
    ]);
    expect(refused).toEqual(refused.map(() => expect.objectContaining(noFolders)));
    expect([await peer.names('/'), await peer.names('/sub'), await peer.names('/other')]).toEqual([
      ['other', 'sub', 'users.csv'],
      ['old.csv'],
      [],
    ]);
    expect(readdirSync(fixture.staging)).toEqual([]);
  });

  it('says of each directory that is there that it exists', async () => {
    for (const name of ['sub', '.bak']) mkdirSync(join(fixture.root, name));
    for (const path of ['/', '/sub', '/.bak']) {
      expect(await peer.ask({ kind: 'mkdir', path: Buffer.from(path), attributes: {} })).toMatchObject({
        status: STATUS.failure,
        message: 'File already exists',
      });
    }
  });

  it('lets a file be taken out of a directory, and the directory be removed when it is empty', async () => {
    const sub = Buffer.from('/sub');
    mkdirSync(join(fixture.root, 'sub'));
    writeFileSync(join(fixture.root, 'sub', 'users.csv'), 'abc');
    expect(await peer.status({ kind: 'rmdir', path: sub })).toBe(STATUS.failure);
    expect(await peer.status({ kind: 'rename', from: Buffer.from('/sub/users.csv'), to: Buffer.from('/users.csv') })).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'rmdir', path: sub })).toBe(STATUS.ok);
    expect(await peer.names('/')).toEqual(['users.csv']);
  });

  it('renames onto another file only when asked for that', async () => {
    await put('/a.csv', 'a');
    await put('/b.csv', 'b');
    const [from, to] = [Buffer.from('/a.csv'), Buffer.from('/b.csv')];
    expect(await peer.status({ kind: 'rename', from, to })).toBe(STATUS.failure);
    expect(published('b.csv')).toBe('b');
    expect(await peer.status({ kind: 'posix-rename', from, to })).toBe(STATUS.ok);
    expect({ names: await peer.names('/'), b: published('b.csv') }).toEqual({ names: ['b.csv'], b: 'a' });
  });

  it('says what it cannot do', async () => {
    expect(await peer.status({ kind: 'unsupported' })).toBe(STATUS.unsupported);
    await put('/users.csv', 'abc');
    const path = Buffer.from('/users.csv');
    expect(await peer.status({ kind: 'setstat', path, attributes: { size: 1n } })).toBe(STATUS.unsupported);
    expect(await peer.status({ kind: 'setstat', path, attributes: { size: 3n } })).toBe(STATUS.ok);
    expect(published('users.csv')).toBe('abc');
  });

  it('tells the client that an error is ours, and the log which request met it', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    renameSync(fixture.staging, `${fixture.staging}-gone`);
    const reply = await peer.ask({ kind: 'write', handle, offset: 0n, data: Buffer.from('abc') });
    renameSync(`${fixture.staging}-gone`, fixture.staging);
    expect(reply).toMatchObject({ status: STATUS.failure, message: 'Failure on the server, please try again' });
    expect(fixture.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ request: 'write' }) }),
    );
  });
});
