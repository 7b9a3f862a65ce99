// Claiming an upload that stays where it is, and the log beside it, on a real disk.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FULL_BYTES, createStandingFolder } from '../../../src/adapters/files/standing-folder';
import { importIdOf } from '../../../src/domain/ids';
import { PROFILES } from '../../../src/domain/client/profiles';
import { at, clientId, importId, later, openStore } from './on-disk';

const { upload } = PROFILES.agylia.layout;
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

async function open() {
  const { store, dataDir, root } = await openStore();
  await store.prepareClient(clientId, PROFILES.agylia.layout);
  const standing = createStandingFolder(dataDir, store);
  const place = path.join(root, 'uploads/user-import.csv');
  /** As the front door publishes it. */
  const put = (content: string) => {
    writeFileSync(`${place}.staged`, content);
    renameSync(`${place}.staged`, place);
    return { name: 'user-import.csv', inode: String(statSync(place, { bigint: true }).ino) };
  };
  const ready = async () => (await standing.readyVersion(clientId, upload, 0, later(1_000))).version;
  const hashes = () => readdirSync(path.join(root, 'tmp'));
  const claim = (file: { name: string; inode: string }, id = importId) => standing.claimCopy(clientId, upload, id, file);
  return { store, standing, root, dataDir, place, put, ready, hashes, claim };
}

describe('a version', () => {
  test('is the bytes of the upload, and known once its hash file is there', async () => {
    const { put, ready, claim, hashes, root } = await open();
    const file = put('a\n');
    expect(await ready()).toMatchObject({ file: { name: 'user-import.csv', bytes: 2 }, sha1: sha1('a\n'), claimedBy: null });
    expect(await claim(file)).toBe('claimed');
    expect(hashes()).toEqual([sha1('a\n')]);
    expect(readFileSync(path.join(root, 'tmp', sha1('a\n')), 'utf8')).toBe(`${importId}\n`);
    expect(await ready()).toMatchObject({ claimedBy: importId });
    put('b\n');
    expect(await ready()).toMatchObject({ sha1: sha1('b\n'), claimedBy: null });
  });

  test('is not ready before it is quiet, under another name, or as a link', async () => {
    const { put, ready, standing, place, root } = await open();
    expect(await ready()).toBeUndefined();
    writeFileSync(path.join(root, 'uploads/users.csv'), 'x');
    symlinkSync('users.csv', place);
    expect(await ready()).toBeUndefined();
    put('a\n');
    const { version, quietAt } = await standing.readyVersion(clientId, upload, 60_000, new Date());
    expect([version, quietAt]).toEqual([undefined, new Date(Number(statSync(place, { bigint: true }).ctimeMs) + 60_000)]);
  });
});

describe('a claim', () => {
  test('leaves the upload, and takes a copy of its own', async () => {
    const { put, claim, store, place } = await open();
    await claim(put('a\n'));
    writeFileSync(place, 'changed in place\n');
    expect(readFileSync(store.sourcePath(importId), 'utf8')).toBe('a\n');
  });

  test('of an upload that was replaced meanwhile takes nothing of either', async () => {
    const { put, claim, hashes, dataDir } = await open();
    const file = put('a\n');
    put('b\n');
    expect(await claim(file)).toBe('gone');
    expect(hashes()).toEqual([]);
    expect(readdirSync(dataDir)).not.toContain('work');
  });

  test('may be repeated, also when the upload is another one by now', async () => {
    const { put, claim, hashes, store } = await open();
    const file = put('a\n');
    await claim(file);
    put('b\n');
    expect(await claim(file)).toBe('claimed');
    expect(readFileSync(store.sourcePath(importId), 'utf8')).toBe('a\n');
    expect(hashes()).toEqual([sha1('a\n')]);
    expect(readdirSync(path.dirname(store.sourcePath(importId)))).toEqual(['source']);
  });

  test('of a version that another import has claimed leaves nothing', async () => {
    const { put, claim, dataDir } = await open();
    const file = put('a\n');
    await claim(file);
    expect(await claim(file, importIdOf(clientId, 2))).toBe('gone');
    expect(readdirSync(path.join(dataDir, 'work'))).toEqual([importId]);
  });

  test('of two at once, one has it', async () => {
    const { put, claim } = await open();
    const file = put('a'.repeat(100_000));
    const both = await Promise.all([claim(file), claim(file, importIdOf(clientId, 2))]);
    expect(both.toSorted()).toEqual(['claimed', 'gone']);
  });
});

describe('the log', () => {
  const note = (text: string, once = true) => ({ at, text, once });
  const logOf = (root: string, name = 'user-import.log') => readFileSync(path.join(root, 'log', name), 'utf8');

  test('says a thing once, unless it is worth saying again', async () => {
    const { standing, root } = await open();
    for (const text of ['acme-1 started', 'acme-1 started', 'acme-1 read: 3 records']) await standing.note(clientId, note(text));
    for (const text of ['- skipped', '- skipped']) await standing.note(clientId, note(text, false));
    const lines = ['acme-1 started', 'acme-1 read: 3 records', '- skipped', '- skipped'].map((text) => `${at.toISOString()} ${text}\n`);
    expect(logOf(root)).toBe(lines.join(''));
  });

  test('goes on in a new line behind one that a crash cut off', async () => {
    const { standing, root } = await open();
    mkdirSync(path.join(root, 'log'), { recursive: true });
    writeFileSync(path.join(root, 'log/user-import.log'), '2026-11-21T00:00:00.000Z acme-1 sta');
    await standing.note(clientId, note('acme-1 started'));
    expect(logOf(root).split('\n')).toEqual(['2026-11-21T00:00:00.000Z acme-1 sta', `${at.toISOString()} acme-1 started`, '']);
  });

  test('begins anew when it is full; the former one stays beside it', async () => {
    const { standing, root } = await open();
    writeFileSync(path.join(root, 'log/user-import.log'), 'x'.repeat(FULL_BYTES));
    await standing.note(clientId, note('acme-1 started'));
    expect(logOf(root)).toBe(`${at.toISOString()} acme-1 started\n`);
    expect(logOf(root, 'user-import.1.log')).toHaveLength(FULL_BYTES);
  });
});
