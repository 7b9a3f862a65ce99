// What is kept about one person outside the users: all of it can be had, all of it can be removed, nothing of anybody else is, and a
// command that was broken off anywhere is simply typed again.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Services } from '../../src/cli/deps';
import type { ClientId } from '../../src/domain/ids';
import { aWorld, importsWith, servicesOf, type Ran } from '../cli/fake-deps';
import { startWorld, type World } from '../support/in-process-import';
import { mortal } from '../support/mortal';

const ID = 'QX-0042';
const HEAD = 'unique_id,login_source,first_name,last_name,province\n';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const services = (): Services => {
  const { files, standing, csv } = world.ports;
  return { ...servicesOf(aWorld()), ...world.mongo, files, standing, csv };
};
const run = (args: readonly string[], opened: Services = services()): Promise<Ran> =>
  importsWith({ open: async () => opened }, aWorld(), ...args);

/** Created, changed, and rejected beside somebody else. */
async function known(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name);
  for (const rows of [
    `${ID},OPSCOM,Ann,Lee,ON\n7,OPSCOM,Bob,Ray,ON\n`,
    `${ID},OPSCOM,Anna,Lee,ON\n`,
    `${ID},OPSCOM,Anna,Lee,Ontario\n7,OPSCOM,Bob,Ray,Ontario\n`,
  ]) {
    await world.drop(clientId, 'users.csv', HEAD + rows);
    await world.importAll(clientId);
  }
  return clientId;
}

/** Every file of the client, and every document but those of the users, that still has the id in it. */
async function traces(clientId: ClientId): Promise<string[]> {
  const root = path.join(world.dataDir);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes(clientId))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(ID));
  const found = files.map((file) => path.relative(root, file));
  for (const { name } of await world.db.listCollections().toArray()) {
    if (name === 'users') continue;
    for await (const document of world.db.collection(name).find({})) {
      const text = JSON.stringify(document);
      if (text.includes(ID) && text.includes(clientId)) found.push(name);
    }
  }
  return found.sort();
}

test('an export holds the replaced values, the rejected records, and every file that speaks of the person', async () => {
  const clientId = await known('exported');
  const { out, code } = await run(['person', 'export', clientId, ID, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    clientId,
    uniqueId: ID,
    replacedValues: [{ importId: `${clientId}-2`, before: { firstName: 'Ann' } }],
    rejectedRecords: [{ importId: `${clientId}-3`, cells: [ID, 'OPSCOM', 'Anna', 'Lee', 'Ontario'] }],
    files: expect.arrayContaining([
      expect.objectContaining({ kind: 'failed-records', rows: 1 }),
      expect.objectContaining({ kind: 'original', importId: `${clientId}-1`, rows: 1 }),
    ]) as unknown,
  });
  expect((await run(['person', 'export', clientId, ID])).out).toContain('original: .bak/users.csv (1 row)');
});

test('erased, only the originals speak of the person, and they are named; with --with-originals nothing does', async () => {
  const clientId = await known('erased');
  const first = await run(['person', 'erase', clientId, ID, '--reason', 'their request']);
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringContaining('These originals still contain them; --with-originals removes them') as string,
  });
  const left = await traces(clientId);
  expect(left).toHaveLength(3);
  for (const file of left) expect(file).toMatch(/\.bak\/users(\.[\w-]+)?\.csv$/);
  // Of the other one in the same files nothing is missing.
  const failed = (await world.backups(clientId)).filter((name) => name.endsWith('.failed.csv'));
  expect(await world.readBackup(clientId, failed[0]!)).toContain('7,OPSCOM,Bob,Ray,Ontario');
  expect(await world.mongo.rejected.count(`${clientId}-3` as never)).toBe(1);
  await run(['person', 'erase', clientId, ID, '--with-originals', '--reason', 'their request']);
  expect(await traces(clientId)).toEqual([]);
  expect(await world.mongo.users.history(`${clientId}/${ID}` as never)).toMatchObject({ changes: [] });
  const again = await run(['person', 'erase', clientId, ID, '--with-originals', '--reason', 'their request', '--json']);
  expect(JSON.parse(again.out)).toMatchObject({ cleaned: [], originals: [] });
});

test('while a file that speaks of the person waits nobody is erased; it is named, and so it is in an export', async () => {
  const clientId = await known('waiting');
  await world.drop(clientId, 'next.csv', `unique_id;login_source\n${ID};OPSCOM\n`);
  await world.drop(clientId, 'other.csv', 'unique_id,login_source\n7,OPSCOM\n');
  expect((await run(['person', 'export', clientId, ID])).out).toContain('waiting: next.csv (1 row)');
  const before = await traces(clientId);
  const refused = await run(['person', 'erase', clientId, ID, '--reason', 'their request']);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('bring the person back: next.csv (1 row).') as string });
  expect(await traces(clientId)).toEqual(before);
  // No waiting file contains user 9.
  expect(await run(['person', 'erase', clientId, '9', '--reason', 'their request'])).toMatchObject({ code: 0 });
});

test('a file with a temporary name is called unfinished, and can only be removed', async () => {
  const clientId = await known('unfinished');
  await world.drop(clientId, 'next.csv.part', `unique_id,login_source\n${ID},OPSCOM\n`);
  expect((await run(['person', 'export', clientId, ID])).out).toContain('unfinished: next.csv.part (1 row)');
  const erase = ['person', 'erase', clientId, ID, '--reason', 'their request'];
  const { code, err } = await run(erase);
  expect([code, err]).toEqual([1, expect.stringContaining('under their temporary names: next.csv.part (1 row).\nRemove each from')]);
  expect(err).not.toContain('let it be imported');
  rmSync(path.join(world.dataDir, 'clients', clientId, 'next.csv.part'));
  expect(await run(erase)).toMatchObject({ code: 0 });
});

test("an Agylia client's current upload is named, and left to the client", async () => {
  const clientId = await world.addClient('in-place', { profile: 'agylia' });
  await world.drop(clientId, 'uploads/user-import.csv', `username,email\n${ID},ann@example.org\n`);
  expect((await run(['person', 'export', clientId, ID])).out).toContain('upload: uploads/user-import.csv (1 row)');
  expect(await run(['person', 'erase', clientId, ID, '--reason', 'their request'])).toMatchObject({
    code: 0,
    out: expect.stringContaining("Still there, and the client's to change:\nupload: uploads/user-import.csv (1 row)") as string,
  });
});

test('erasing somebody about whom nothing is kept does not claim to have removed anything', async () => {
  const clientId = await known('stranger');
  // Fingerprints of ids that a later import compares with stay until then; they name nobody.
  const work = path.join(world.dataDir, 'work', `${clientId}-2`);
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'ids'), '');
  const nobody = await run(['person', 'erase', clientId, 'qx-0042', '--reason', 'their request']);
  expect(nobody).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was kept about this person') as string });
  expect(nobody.out).toContain('leading zeros, count');
  expect((await run(['person', 'erase', clientId, ID, '--reason', 'their request'])).out).toContain('is removed.');
});

test.each(['before', 'after'] as const)('broken off %s any step, the command typed again removes what is left', async (when) => {
  const clientId = await known(`broken-${when}`);
  for (let at = 1; ; at++) {
    const { ports, seen } = mortal(services() as never, { at, when }, ['persons', 'files', 'csv', 'imports', 'audit'] as never);
    await run(['person', 'erase', clientId, ID, '--with-originals', '--reason', 'their request'], ports as unknown as Services);
    if (!seen.dead) break;
  }
  expect(await traces(clientId)).toEqual([]);
});

test('the audit shows who erased whom to somebody who knows the id, and to nobody else', async () => {
  const clientId = await known('audited');
  await run(['person', 'erase', clientId, ID, '--reason', 'their request']);
  const entries = [];
  for await (const entry of world.mongo.audit.entries({ clientId })) entries.push(entry);
  expect(entries).toMatchObject([
    { action: 'person erase', reason: 'their request', subject: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
  ]);
});

test('a person of a client whose id begins alike keeps everything', async () => {
  const near = await known('alike');
  const far = await known('alike-2');
  await run(['person', 'erase', near, ID, '--with-originals', '--reason', 'their request']);
  const { rejectedRecords, replacedValues } = await world.mongo.persons.find(far, ID);
  expect([rejectedRecords.length, replacedValues.length]).toEqual([1, 1]);
});
