// Which files of a client's folder are ready, and how one is taken out of it: whole, once, and never another one.

import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fs, { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { importIdOf, parseClientId } from '../../../src/domain/ids';
import { PROFILES } from '../../../src/domain/client/profiles';
import { backdate, clientId, importId, later, openStore } from './on-disk';
import { killedAt } from './killed-at';

const QUIET = 5_000;

describe('ready files', () => {
  test("are regular files of the client's root under final names", async () => {
    const { store, root, drop, inBak, dataDir } = await openStore();
    const ready = ['users.csv', 'USERS.CSV', 'notes.txt', 'no extension', 'a.part.csv', 'partial', '-rf.csv', `"a' b\n\u0007é👩‍🚀.csv`];
    const temporary = ['.users.csv', '~users.csv', 'a.part', 'a.PARTIAL', 'a.csv.filepart', 'a.tmp', 'a.crdownload', 'a.csv.Uploading'];
    for (const name of [...ready, ...temporary]) await drop(name);
    await inBak('old.csv');
    await mkdir(path.join(root, 'folder.csv'));
    await writeFile(path.join(root, 'folder.csv', 'inside.csv'), '');
    await writeFile(path.join(dataDir, 'secret.csv'), '');
    symlinkSync(path.join(dataDir, 'secret.csv'), path.join(root, 'link.csv'));
    expect(spawnSync('mkfifo', [path.join(root, 'pipe.csv')]).status).toBe(0);

    const { ready: found } = await store.readyFiles(clientId, QUIET, later(QUIET + 1_000));
    expect(found.map(({ name }) => name).sort()).toEqual([...ready].sort());
  });

  test('have not been touched for the quiet period, whatever time the client gave them', async () => {
    const { store, root, drop } = await openStore();
    await drop('users.csv', 'abc');
    await backdate(path.join(root, 'users.csv'));
    const { ctimeMs, ino } = await stat(path.join(root, 'users.csv'), { bigint: true });
    const quietAt = new Date(Number(ctimeMs) + QUIET);
    expect(await store.readyFiles(clientId, QUIET, later(QUIET - 1_000))).toEqual({ ready: [], quietAt });
    const { ready, quietAt: none } = await store.readyFiles(clientId, QUIET, later(QUIET + 1_000));
    const [file] = ready;
    expect(none).toBeNull();
    expect(file).toEqual({ name: 'users.csv', bytes: 3, inode: String(ino), changedAt: new Date(Number(ctimeMs)) });
  });

  test('are quiet as well when a clock was set back, and their last change lies in the future', async () => {
    const { store, drop } = await openStore();
    const quietMs = 200;
    const now = later(-3_600_000);
    const look = () => store.readyFiles(clientId, quietMs, now);
    await drop('users.csv', 'old');
    const { ready, quietAt } = await look();
    expect(ready).toEqual([]);
    expect(quietAt!.getTime()).toBeLessThanOrEqual(now.getTime() + quietMs);
    // A timer may be a millisecond early.
    const quiet = () => new Promise((resolve) => setTimeout(resolve, quietMs + 50));
    await quiet();
    await drop('users.csv', 'new');
    expect((await look()).ready).toEqual([]);
    await quiet();
    expect((await look()).ready).toMatchObject([{ name: 'users.csv', changedAt: now }]);
  });

  test('come oldest first', async () => {
    const { store, root, drop } = await openStore();
    for (const name of ['b.csv', 'a.csv', 'c.csv']) {
      await drop(name);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await utimes(path.join(root, 'a.csv'), new Date(), new Date());
    const { ready: found } = await store.readyFiles(clientId, 0, later(1_000));
    expect(found.map(({ name }) => name)).toEqual(['b.csv', 'c.csv', 'a.csv']);
  });

  test("are the client's own only", async () => {
    const { store, drop } = await openStore();
    const other = parseClientId('other')!;
    await store.prepareClient(other, PROFILES.opscom.layout);
    await drop('users.csv');
    expect(await store.readyFiles(other, 0, later(1_000))).toEqual({ ready: [], quietAt: null });
  });

  test('preparing a client again leaves its files alone', async () => {
    const { store, drop, contents } = await openStore();
    await drop('users.csv');
    await store.prepareClient(clientId, PROFILES.opscom.layout);
    expect(await contents()).toEqual({ 'users.csv': 'users.csv' });
  });
});

describe('a claim', () => {
  test.each(['users.csv', '-rf.csv', ' a "b"\'\n\u0007é.csv', `${'x'.repeat(251)}.csv`])(
    'takes %j out of the folder, bytes unchanged',
    async (name) => {
      const { store, drop, contents } = await openStore();
      const file = await drop(name, 'bytes');
      expect(await store.claim(clientId, importId, file)).toBe('claimed');
      expect(await contents()).toEqual({});
      expect(await readFile(store.sourcePath(importId), 'utf8')).toBe('bytes');
    },
  );

  test('is still one when it is repeated, even when a new file of the name is there', async () => {
    const { store, drop, contents } = await openStore();
    const file = await drop('users.csv', 'first');
    await store.claim(clientId, importId, file);
    await drop('users.csv', 'second');
    expect(await store.claim(clientId, importId, file)).toBe('claimed');
    expect(await contents()).toEqual({ 'users.csv': 'second' });
    expect(await readFile(store.sourcePath(importId), 'utf8')).toBe('first');
  });

  test('is gone when the file is', async () => {
    const { store, root, drop } = await openStore();
    const file = await drop('users.csv');
    await rm(path.join(root, 'users.csv'));
    expect(await store.claim(clientId, importId, file)).toBe('gone');
  });

  test('is gone when another upload has taken the name, which stays', async () => {
    const { store, root, drop, contents } = await openStore();
    const file = await drop('users.csv', 'first');
    writeFileSync(path.join(root, '.staged'), 'second');
    await rename(path.join(root, '.staged'), path.join(root, 'users.csv'));
    expect(await store.claim(clientId, importId, file)).toBe('gone');
    expect(await contents()).toEqual({ 'users.csv': 'second' });
  });

  test('is gone when a folder or a link has taken the name', async () => {
    const { store, root, dataDir } = await openStore();
    mkdirSync(path.join(root, 'folder.csv'));
    writeFileSync(path.join(dataDir, 'secret'), 'secret');
    symlinkSync(path.join(dataDir, 'secret'), path.join(root, 'link.csv'));
    const inodeOf = async (name: string) => String((await stat(path.join(root, name), { bigint: true })).ino);
    for (const name of ['folder.csv', 'link.csv']) {
      expect(await store.claim(clientId, importId, { name, inode: await inodeOf(name) })).toBe('gone');
    }
    expect(await readFile(path.join(dataDir, 'secret'), 'utf8')).toBe('secret');
  });

  test('knows the file by its inode, also where inodes have more digits than a number', async () => {
    const real = fs.lstat;
    const spy = jest.spyOn(fs, 'lstat').mockImplementation(async (...args: Parameters<typeof real>) => {
      const found = await real(...args);
      const ino = 2n ** 53n + 1n;
      return Object.assign(found, { ino: args[1]?.bigint === true ? ino : Number(ino) });
    });
    try {
      const { store, drop } = await openStore();
      await drop('users.csv');
      const {
        ready: [file],
      } = await store.readyFiles(clientId, 0, later(1_000));
      expect(await store.claim(clientId, importId, file!)).toBe('claimed');
    } finally {
      spy.mockRestore();
    }
  });

  test('of one import by two workers at once is one claim for both', async () => {
    for (let round = 0; round < 20; round++) {
      const { store, drop } = await openStore();
      const file = await drop('users.csv');
      const results = await Promise.all([1, 2, 3].map(() => store.claim(clientId, importId, file)));
      expect(results).toEqual(['claimed', 'claimed', 'claimed']);
    }
  });

  test('of one file by two imports gives it to one', async () => {
    const { store, drop } = await openStore();
    const file = await drop('users.csv');
    const results = await Promise.all([1, 2].map((seq) => store.claim(clientId, importIdOf(clientId, seq), file)));
    expect(results.sort()).toEqual(['claimed', 'gone']);
  });

  test('killed at any call and repeated, ends as if undisturbed', async () => {
    for (let n = 0, end = 'killed'; end === 'killed'; n++) {
      const { store, drop, contents } = await openStore();
      const file = await drop('users.csv', 'bytes');
      end = await killedAt(n, () => store.claim(clientId, importId, file));
      expect(await store.claim(clientId, importId, file)).toBe('claimed');
      expect(await contents()).toEqual({});
      expect(await readFile(store.sourcePath(importId), 'utf8')).toBe('bytes');
      if (end === 'survived') expect(n).toBeGreaterThan(4);
    }
  });
});

test('ids are read as they were written, and are undefined when they are gone', async () => {
  const { store, claimed } = await openStore();
  await claimed('users.csv');
  expect(await store.readIds(importId)).toBeUndefined();
  const ids = new BigUint64Array([1n, 2n ** 63n, 2n ** 64n - 1n]);
  await writeFile(store.idsPath(importId), new Uint8Array(ids.buffer));
  expect(await store.readIds(importId)).toEqual(ids);
});
