// Into `.bak`: the file with its bytes, its receipt and its failed records; nothing is ever overwritten, and a repetition ends alike.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { importIdOf } from '../../../src/domain/ids';
import { clientId, importId, openStore } from './on-disk';
import { killedAt } from './killed-at';

const receipt = '{"outcome":"imported"}\n';
const second = importIdOf(clientId, 2);

async function readyToBackUp(withFailed = true) {
  const opened = await openStore();
  await opened.claimed('users.csv', 'bytes of the client');
  if (withFailed) await writeFile(opened.store.failedRecordsPath(importId), 'failed records');
  return { ...opened, backUp: () => opened.store.backUp(clientId, importId, 'users.csv', receipt) };
}

const whole = { 'users.csv': 'bytes of the client', 'users.result.json': receipt, 'users.failed.csv': 'failed records' };

test('the file lies in .bak with its receipt and failed records beside it, and is claimed no more', async () => {
  const { store, backUp, backups } = await readyToBackUp();
  expect(await backUp()).toBe('done');
  expect(await backups()).toEqual(whole);
  await expect(stat(store.sourcePath(importId))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('the failed records stay with the import, too, for its e-mail', async () => {
  const { store, backUp } = await readyToBackUp();
  await backUp();
  expect(await readFile(store.failedRecordsPath(importId), 'utf8')).toBe('failed records');
});

test('without rejected records there is no file of them', async () => {
  const { backUp, backups } = await readyToBackUp(false);
  await backUp();
  expect(Object.keys(await backups()).sort()).toEqual(['users.csv', 'users.result.json']);
});

test('killed at any call and repeated, it ends as if undisturbed', async () => {
  for (let n = 0, end = 'killed'; end === 'killed'; n++) {
    const { backUp, backups } = await readyToBackUp();
    end = await killedAt(n, backUp);
    expect(await backUp()).toBe('done');
    expect(await backups()).toEqual(whole);
    expect(await backUp()).toBe('done');
    expect(await backups()).toEqual(whole);
    if (end === 'survived') expect(n).toBeGreaterThan(8);
  }
});

test('killed at any call, the bytes of the client are claimed or in .bak', async () => {
  for (let n = 0, end = 'killed'; end === 'killed'; n++) {
    const { store, bak, backUp } = await readyToBackUp();
    end = await killedAt(n, backUp);
    const places = await Promise.allSettled(
      [store.sourcePath(importId), path.join(bak, 'users.csv')].map((file) => readFile(file, 'utf8')),
    );
    expect(places.map((place) => place.status === 'fulfilled' && place.value)).toContain('bytes of the client');
  }
});

test.each(['users.csv', 'users.result.json', 'users.failed.csv'])('another file that is named %s by now is not touched', async (name) => {
  const { store, backUp, backups, inBak } = await readyToBackUp();
  await inBak(name, 'of somebody else');
  expect(await backUp()).toBe('taken');
  expect(await backups()).toEqual({ [name]: 'of somebody else' });
  expect(await readFile(store.sourcePath(importId), 'utf8')).toBe('bytes of the client');
});

test('of two imports that chose one name, one gets it and the other is told', async () => {
  const opened = await openStore();
  await opened.claimed('users.csv', 'first');
  await opened.claimed('users.csv', 'second', second);
  const { store } = opened;
  const results = await Promise.all([importId, second].map((id) => store.backUp(clientId, id, 'users.csv', `receipt of ${id}`)));
  expect([...results].sort()).toEqual(['done', 'taken']);
  const winner = results[0] === 'done' ? ['first', importId] : ['second', second];
  expect(await opened.backups()).toEqual({ 'users.csv': winner[0], 'users.result.json': `receipt of ${winner[1]}` });
});

test('a file that is neither claimed nor backed up has vanished, and says which import to look at', async () => {
  const { store, backUp } = await readyToBackUp();
  rmSync(store.sourcePath(importId));
  const failure = backUp();
  await expect(failure).rejects.toMatchObject({ code: 'FILE_VANISHED' });
  await expect(failure).rejects.toThrow(importId);
  await expect(failure).rejects.not.toThrow('users.csv');
});

async function backedUp() {
  const opened = await readyToBackUp();
  await opened.backUp();
  const folder = path.join(opened.dataDir, 'work', importId);
  for (const name of ['ids', 'text.csv', 'failed-cut.csv', 'ids.writing']) writeFileSync(path.join(folder, name), new BigUint64Array([7n]));
  return opened;
}

describe('cleaning up', () => {
  test('removes everything of the import, and once more changes nothing', async () => {
    const { store, dataDir } = await backedUp();
    await store.cleanUp(importId, false);
    await expect(stat(path.join(dataDir, 'work', importId))).rejects.toMatchObject({ code: 'ENOENT' });
    await store.cleanUp(importId, false);
    await store.cleanUp(importId, true);
    expect(await store.readIds(importId)).toBeUndefined();
  });

  test('leaves the ids alone while they are asked for', async () => {
    const { store } = await backedUp();
    await store.cleanUp(importId, true);
    expect(await store.readIds(importId)).toEqual(new BigUint64Array([7n]));
    await expect(stat(store.textPath(importId))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(store.failedRecordsPath(importId))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('never removes a file that is not in .bak yet', async () => {
    const { store } = await readyToBackUp();
    for (const keepIds of [true, false]) await expect(store.cleanUp(importId, keepIds)).rejects.toMatchObject({ code: 'INVARIANT' });
    expect(await readFile(store.sourcePath(importId), 'utf8')).toBe('bytes of the client');
  });

  test('leaves other imports alone', async () => {
    const { store, claimed } = await backedUp();
    await claimed('more.csv', 'more', second);
    await store.cleanUp(importId, false);
    expect(await readFile(store.sourcePath(second), 'utf8')).toBe('more');
  });
});

test('a name that is no single name never reaches the folder', async () => {
  const { store, dataDir, contents } = await readyToBackUp();
  mkdirSync(path.join(dataDir, 'clients', 'other'));
  for (const name of ['../users.csv', '../../other/users.csv', '..', '.', '', 'a/b.csv', 'a\0.csv']) {
    await expect(Promise.resolve().then(() => store.backUp(clientId, importId, name, receipt))).rejects.toMatchObject({
      code: 'INVARIANT',
    });
    await expect(store.claim(clientId, second, { name, inode: '1' })).rejects.toMatchObject({ code: 'INVARIANT' });
  }
  expect(await contents()).toEqual({});
});
