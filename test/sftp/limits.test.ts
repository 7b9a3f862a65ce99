// What one client may take up: room in its folder and on the disk, time, and keys. Told in a sentence, and nothing that was uploaded is
// lost.

import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type Limits } from '../../src/door/limits';
import type { Request, Reply } from '../../src/sftp/codec/messages';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { DISK_IS_FULL } from './support/door-orders';
import { connect, openSftp } from './support/connect';
import { APPEND, openFolderFixture, WRITE_KEEP, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { decodeReply, encodeRequest, type Peer } from './support/peer';
import { curl, itHaving, lftp, paramiko, run, sshOptions } from './support/run';
import { spawnDoor, type SpawnedDoor } from './support/spawn-door';
import { partialIsKept, until } from './support/until';

describe('in its folder, a client', () => {
  let fixture: FolderFixture;
  let peer: Peer;
  const open = async (limits: Partial<Limits>): Promise<void> => {
    fixture = await openFolderFixture(undefined, undefined, { ...LIMITS, diskLookBytes: 10, ...limits });
    peer = fixture.connect();
  };
  afterEach(async () => {
    await peer.end();
    await fixture.remove();
  });
  const refusal = async (path: string, flags = WRITE_NEW): Promise<unknown> =>
    peer.ask({ kind: 'open', path: Buffer.from(path), flags, attributes: {} });
  const untilAsync = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 200));
  };
  const put = async (path: string, text: string): Promise<void> => {
    const handle = await peer.open(path, WRITE_NEW);
    expect(await peer.write(handle, 0, text)).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
  };
  const published = (): string[] => readdirSync(fixture.root).toSorted();

  it('may have so many bytes and no more, what is staged among them', async () => {
    await open({ clientBytes: 10 });
    await put('/a.csv', '12345678');
    const handle = await peer.open('/b.csv', WRITE_NEW);
    expect(await peer.write(handle, 0, '12')).toBe(STATUS.ok);
    const full = { status: STATUS.failure, message: 'Your folder is full (10 bytes): remove files, or wait until they are imported' };
    expect(await peer.ask({ kind: 'write', handle, offset: 2n, data: Buffer.from('3') })).toMatchObject(full);
    expect(await peer.ask({ kind: 'close', handle })).toMatchObject(full);
    expect(published()).toEqual(['a.csv']);
    expect(readdirSync(fixture.staging)).toEqual([]);
    await peer.status({ kind: 'remove', path: Buffer.from('/a.csv') });
    await put('/b.csv', '1234567890');
    expect(fixture.lines.filter(({ message }) => message === 'An upload was refused').map(({ fields }) => fields)).toEqual([
      { clientId: 'acme', limit: 'clientBytes' },
    ]);
  });

  it('keeps the file that it wanted to append to when there is no room for both', async () => {
    await open({ clientBytes: 10 });
    await put('/a.csv', '12345678');
    const handle = await peer.open('/a.csv', APPEND);
    expect(await peer.write(handle, 0, '9')).toBe(STATUS.failure);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(readFileSync(join(fixture.root, 'a.csv'), 'utf8')).toBe('12345678');
    expect(readdirSync(fixture.staging)).toEqual([]);
  });

  it('may have so many files and no more, and one more when the import took one', async () => {
    await open({ clientFiles: 2 });
    await put('/a.csv', 'a');
    await put('/b.csv', 'b');
    expect(await refusal('/c.csv')).toMatchObject({
      message: 'Your folder is full (2 files): remove some, or wait until they are imported',
    });
    rmSync(join(fixture.root, 'a.csv'));
    await put('/c.csv', 'c');
    expect(published()).toEqual(['b.csv', 'c.csv']);
  });

  it('is not charged for what was processed', async () => {
    await open({ clientFiles: 1, clientBytes: 5 });
    mkdirSync(join(fixture.root, '.bak'));
    for (let n = 0; n < 5; n++) writeFileSync(join(fixture.root, '.bak', `${n}.csv`), 'old');
    await put('/a.csv', 'new');
  });

  it.each([
    ['bytes', { backupBytes: 10, backupFiles: 100 }],
    ['files', { backupBytes: 1000, backupFiles: 3 }],
  ])(
    'may have so many %s in .bak and no more, which operators are told of before, and more when some were removed',
    async (_what, limits) => {
      await open(limits);
      const bak = join(fixture.root, '.bak');
      mkdirSync(bak);
      for (let n = 0; n < 3; n++) writeFileSync(join(bak, `${n}.csv`), 'xxxx');
      // The first upload goes by no count: that is made beside it.
      await put('/a.csv', 'a');
      await until('the files are counted', () => fixture.lines.some(({ message }) => message === 'The .bak of a client is nearly full'));
      expect(await refusal('/b.csv')).toMatchObject({
        message: 'Your .bak is full: nothing more can be uploaded until older files are removed from it. Call us',
      });
      rmSync(join(bak, '0.csv'));
      rmSync(join(bak, '1.csv'));
      await untilAsync(async () => ((await refusal('/b.csv')) as Reply).kind === 'handle');
    },
  );

  it('may leave so many uploads unfinished and no more, and can still finish those', async () => {
    await open({ clientPartials: 2 });
    for (const name of ['/a.csv', '/b.csv']) {
      await peer.write(await peer.open(name, WRITE_NEW), 0, 'abc');
    }
    await peer.drop();
    peer = fixture.connect();
    expect(await refusal('/c.csv')).toMatchObject({
      message: 'Too many unfinished uploads (2): finish or remove some, or wait a day',
    });
    const handle = await peer.open('/a.csv', WRITE_KEEP);
    expect(await peer.write(handle, 3, 'def')).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(readFileSync(join(fixture.root, 'a.csv'), 'utf8')).toBe('abcdef');
    await put('/c.csv', 'c');
  });

  it('begins no upload on a disk that is nearly full, and loses none', async () => {
    const reserve = { share: 0, bytes: 0 };
    await open({ diskReserve: reserve });
    const handle = await peer.open('/a.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    // As much as there is.
    Object.assign(reserve, { share: 1, bytes: Infinity });
    const nearlyFull = { status: STATUS.failure, message: 'Disk is nearly full, try again later' };
    expect(await refusal('/b.csv')).toMatchObject(nearlyFull);
    expect(await peer.ask({ kind: 'write', handle, offset: 3n, data: Buffer.from('defghijklmnopq') })).toMatchObject(nearlyFull);
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.failure);
    expect(published()).toEqual([]);
    Object.assign(reserve, { share: 0, bytes: 0 });
    const again = await peer.open('/a.csv', APPEND);
    expect(await peer.write(again, 0, 'def')).toBe(STATUS.ok);
    expect(await peer.status({ kind: 'close', handle: again })).toBe(STATUS.ok);
    expect(readFileSync(join(fixture.root, 'a.csv'), 'utf8')).toBe('abcdef');
    expect(fixture.lines.filter(({ fields }) => fields['limit'] === 'diskReserve')).toHaveLength(1);
  });

  it('is told of its own room when it asks for that of the disk', async () => {
    await open({ clientBytes: 40_960, clientFiles: 5 });
    await put('/a.csv', 'x'.repeat(8192));
    const reply = await peer.ask({ kind: 'statvfs', path: Buffer.from('/') });
    if (reply.kind !== 'numbers') throw new TypeError(reply.kind);
    const [block, , blocks, free, available, files, freeFiles] = reply.numbers.map(Number);
    expect([block, blocks, free, available, files, freeFiles]).toEqual([4096, 10, 8, 8, 5, 4]);
  });

  it('has so many files open in all its sessions and no more', async () => {
    await open({ clientOpenFiles: 3 });
    const other = fixture.connect();
    await other.open('/a.csv', WRITE_NEW);
    const handle = await other.open('/b.csv', WRITE_NEW);
    await peer.open('/c.csv', WRITE_NEW);
    expect(await refusal('/d.csv')).toMatchObject({ message: 'Too many open files' });
    await other.status({ kind: 'close', handle });
    await peer.open('/d.csv', WRITE_NEW);
    await other.drop();
    await peer.open('/e.csv', WRITE_NEW);
  });

  it('has two directories open and no more', async () => {
    await open({});
    const list = { kind: 'opendir', path: Buffer.from('/') } as const;
    const first = await peer.ask(list);
    await peer.ask(list);
    expect(await peer.ask(list)).toMatchObject({ message: 'Too many open directories' });
    await peer.status({ kind: 'close', handle: first.kind === 'handle' ? first.handle : '' });
    expect(await peer.ask(list)).toMatchObject({ kind: 'handle' });
  });
});

describe('a disk that', () => {
  let directory: string;
  let door: SpawnedDoor;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'full-'));
  });
  afterEach(async () => {
    await door.stop();
    await rm(directory, { recursive: true });
  });

  async function speak(spawned: SpawnedDoor) {
    const client = await connect(spawned);
    const channel = await openSftp(client);
    const ask = async (request: Request): Promise<Reply> => {
      channel.write(encodeRequest(request));
      const [packet] = (await once(channel, 'data')) as [Buffer];
      return decodeReply(packet.subarray(4));
    };
    await ask({ kind: 'init', version: 3 });
    const said = async (request: Request): Promise<string> => {
      const reply = await ask(request);
      return reply.kind === 'status' ? reply.message : reply.kind;
    };
    return {
      client,
      ask,
      async size(path: string) {
        const reply = await ask({ kind: 'stat', id: 1, path: Buffer.from(path) });
        return reply.kind === 'attributes' ? Number(reply.attributes.size) : undefined;
      },
      async open(path: string) {
        const flags = OPEN_FLAG.write | OPEN_FLAG.create;
        const opened = await ask({ kind: 'open', id: 1, path: Buffer.from(path), flags, attributes: {} });
        return opened.kind === 'handle' ? opened.handle : '';
      },
      /** In blocks, until the file is so large, or one is refused. */
      async write(handle: string, from: number, bytes: number) {
        for (let taken = from; taken < bytes; taken += 100_000) {
          const data = Buffer.alloc(100_000, 'x\n');
          const answer = await said({ kind: 'write', id: 2, handle, offset: BigInt(taken), data });
          if (answer !== 'OK') return { taken, said: answer };
        }
        return { taken: bytes, said: 'OK' };
      },
      close: (handle: string) => said({ kind: 'close', id: 3, handle }),
    };
  }

  it('gets full is told to the client, and the upload goes on where it stopped when there is room again', async () => {
    door = await spawnDoor(directory);
    const peer = await speak(door);
    const [half, whole] = [1_000_000, 2_000_000];
    const handle = await peer.open('/users.csv');
    expect(await peer.write(handle, 0, half)).toMatchObject({ taken: half, said: 'OK' });
    writeFileSync(join(directory, DISK_IS_FULL), '');
    expect(await peer.write(handle, half, whole)).toEqual({ taken: half, said: 'Disk is full, try again later' });
    expect(await peer.close(handle)).toContain('The file is not complete');
    expect(existsSync(door.published('users.csv'))).toBe(false);
    expect(await peer.size('/users.csv')).toBe(half);
    rmSync(join(directory, DISK_IS_FULL));
    const again = await peer.open('/users.csv');
    expect(await peer.write(again, half, whole)).toMatchObject({ taken: whole });
    expect(await peer.close(again)).toBe('OK');
    expect(readFileSync(door.published('users.csv')).equals(Buffer.alloc(whole, 'x\n'))).toBe(true);
    peer.client.end();
  });

  it('takes no file of that size is told to the client, and nothing is published', async () => {
    door = await spawnDoor(directory, {}, ['prlimit', '--fsize=1000000']);
    const peer = await speak(door);
    const handle = await peer.open('/users.csv');
    expect(await peer.write(handle, 0, 2_000_000)).toEqual({ taken: 1_000_000, said: 'File is too large for this server' });
    expect(await peer.close(handle)).toContain('The file is not complete');
    expect(existsSync(door.published('users.csv'))).toBe(false);
    peer.client.end();
  });
});

describe('a connection', () => {
  let fixture: Fixture;
  const open = async (limits: Partial<Limits>): Promise<void> => {
    fixture = await openFixture({ limits: { ...LIMITS, ...limits } });
  };
  afterEach(() => fixture.stop());
  const DATA = Buffer.from('unique_id,active\n' + '000123,1\n'.repeat(2_000_000));

  it('has no more sessions than its client may have on all of them, and one more when one has ended', async () => {
    await open({ clientSessions: 3 });
    const [first, second] = [await connect(fixture), await connect(fixture)];
    const channels = [await openSftp(first), await openSftp(first), await openSftp(second)];
    await expect(openSftp(second)).rejects.toThrow('Unable to start subsystem');
    for (const channel of channels) channel.resume();
    first.end();
    const acme = fixture.clients.get('acme');
    if (acme === undefined) throw new TypeError('There is no client acme');
    const { sessions } = await fixture.frontDoor.folderOf(acme);
    await until('two sessions have ended', () => sessions.size === 1);
    await openSftp(second);
    second.end();
  });

  it('ends when nothing was asked for a while, and what was being uploaded can be resumed', async () => {
    await open({ idleMs: 300, goodbyeMs: 100 });
    const client = await connect(fixture);
    const channel = await openSftp(client);
    const flags = OPEN_FLAG.write | OPEN_FLAG.create;
    channel.write(encodeRequest({ kind: 'init', version: 3 }));
    channel.write(encodeRequest({ kind: 'open', id: 1, path: Buffer.from('/users.csv'), flags, attributes: {} }));
    channel.write(encodeRequest({ kind: 'write', id: 2, handle: '1', offset: 0n, data: Buffer.from('abc') }));
    channel.resume();
    await new Promise<void>((resolve) => client.on('close', resolve));
    await partialIsKept(fixture);
    expect(fixture.lines.some(({ message }) => message === 'A connection was idle and is ended')).toBe(true);
  });

  it('does not end while something is asked', async () => {
    await open({ idleMs: 2000 });
    const client = await connect(fixture);
    const channel = await openSftp(client);
    channel.resume().write(encodeRequest({ kind: 'init', version: 3 }));
    for (const end = performance.now() + 3000; performance.now() < end;) {
      channel.write(encodeRequest({ kind: 'stat', id: 1, path: Buffer.from('/') }));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(fixture.lines.some(({ message }) => message === 'A connection was idle and is ended')).toBe(false);
    client.end();
  });

  describe('changes its keys in the middle', () => {
    const local = (name: string): string => join(fixture.dataDir, name);
    const here = (name: string): Buffer => readFileSync(local(name));
    beforeEach(async () => {
      await open({ rekeyBytes: 1_000_000 });
      writeFileSync(local('up.csv'), DATA);
    });
    const unharmed = (): void => {
      expect(readFileSync(fixture.published('users.csv')).equals(DATA)).toBe(true);
      expect(here('down.csv').equals(DATA)).toBe(true);
    };

    itHaving('sftp')('and OpenSSH sends and fetches the same bytes, also when it asks for new keys itself', async () => {
      const { host, port } = fixture.door;
      const batch = `put ${local('up.csv')} users.csv\nget users.csv ${local('down.csv')}\n`;
      const ran = await run('sftp', ['-b', '-', '-P', String(port), '-o', 'RekeyLimit=16M', ...sshOptions(fixture), `acme@${host}`], batch);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      unharmed();
    });

    itHaving('curl')('and curl sends and fetches the same bytes', async () => {
      expect(await curl(fixture, ['-T', local('up.csv')], '/users.csv')).toMatchObject({ code: 0 });
      expect(await curl(fixture, ['-o', local('down.csv')], '/users.csv')).toMatchObject({ code: 0 });
      unharmed();
    });

    itHaving('lftp')('and lftp sends and fetches the same bytes', async () => {
      const put = `put ${local('up.csv')} -o users.csv; get users.csv -o ${local('down.csv')}`;
      expect(await lftp(fixture, `set xfer:clobber on; ${put}`)).toMatchObject({ code: 0 });
      unharmed();
    });

    itHaving('paramiko')('and paramiko sends and fetches the same bytes', async () => {
      const script = `sftp.put("${local('up.csv')}", "users.csv")\nsftp.get("users.csv", "${local('down.csv')}")`;
      expect(await paramiko(fixture, script)).toMatchObject({ code: 0 });
      unharmed();
    });
  });
});
