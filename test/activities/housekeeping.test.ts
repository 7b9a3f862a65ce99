// What is removed at night, and what is not: over the real stores and files, with a clock that is moved on.

import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActivityPorts } from '../../activities/activity-ports';
import { importIdOf, type ClientId, type ImportId } from '../../src/domain/ids';
import { claim, startWorld, stepsOver, type World, putInto } from '../support/in-process-import';
import { Killed, mortal } from '../support/mortal';

const DAY = 86_400_000;
const HEADER = 'unique_id,login_source,email\n';
const WITH_FAILURES = `${HEADER}1,OPSCOM,one@x.example\n2,OPSCOM,none\n3,LDAPX,\n`;
const WITH_CHANGES = `${HEADER}1,OPSCOM,other@x.example\n2,OPSCOM,none\n`;

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const later = (days: number, change: Partial<ActivityPorts> = {}): ActivityPorts => ({
  ...world.ports,
  clock: { now: () => new Date(Date.now() + days * DAY) },
  ...change,
});

/** What the schedule does at night. */
async function keepHouse(ports: ActivityPorts) {
  const steps = stepsOver(ports);
  const { imports } = await steps.expireDetails();
  const { files } = await steps.removeOldBackups();
  const { folders } = await steps.clearWorkFolders();
  return { imports, files, folders };
}

async function importOne(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name);
  await world.drop(clientId, 'first.csv', WITH_FAILURES);
  await world.importAll(clientId);
  return clientId;
}

async function importTwo(name: string): Promise<ClientId> {
  const clientId = await importOne(name);
  await world.drop(clientId, 'second.csv', WITH_CHANGES);
  await world.importAll(clientId);
  return clientId;
}

/** Documents of one import, by collection. */
async function detailsOf(importId: ImportId): Promise<Record<string, number>> {
  const ids = { _id: { $gte: `${importId}/`, $lt: `${importId}0` } as never };
  const found = await Promise.all(
    ['rejectedRecords', 'userChanges', 'importChunks', 'outbox'].map(async (name) => [
      name,
      await world.db.collection(name).countDocuments(ids),
    ]),
  );
  return Object.fromEntries(found) as Record<string, number>;
}
const workOf = (importId: ImportId) => path.join(world.dataDir, 'work', importId);

/** A file of an import that its steps did not take away. */
async function leave(importId: ImportId, name: string): Promise<void> {
  await mkdir(workOf(importId), { recursive: true });
  await writeFile(path.join(workOf(importId), name), 'x'.repeat(8));
}

const NOTHING = { rejectedRecords: 0, userChanges: 0, importChunks: 0, outbox: 0 };

describe('rejected records and replaced values', () => {
  test('go after their time and not before; the import, its counts and the users stay', async () => {
    const clientId = await importTwo('acme');
    const second = importIdOf(clientId, 2);
    const before = await world.ports.imports.find(second);
    const users = await world.db.collection('users').find().toArray();

    expect(await keepHouse(later(89))).toMatchObject({ imports: 0 });
    expect(await detailsOf(second)).toEqual({ rejectedRecords: 1, userChanges: 1, importChunks: expect.any(Number), outbox: 1 });

    expect(await keepHouse(later(91))).toMatchObject({ imports: 2 });
    expect(await detailsOf(importIdOf(clientId, 1))).toEqual(NOTHING);
    expect(await detailsOf(second)).toEqual(NOTHING);
    expect(await world.ports.imports.find(second)).toEqual({ ...before, expiredAt: expect.any(Date) });
    expect(await world.db.collection('users').find().toArray()).toEqual(users);
    // Once and for all: the next night has nothing to do.
    expect(await keepHouse(later(92))).toMatchObject({ imports: 0 });
  });

  test('notes on e-mails and events go with them, but for those on a silence, which may last longer', async () => {
    const newest = importIdOf(await importTwo('silent'), 2);
    const { outbox } = world.ports;
    const kinds = ['silence', 'webhook-silent-client', 'webhook-finished-client'] as const;
    for (const kind of kinds) await outbox.setState(newest, kind, 'sent', new Date());
    await keepHouse(later(91));
    expect(await Promise.all(kinds.map((kind) => outbox.state(newest, kind)))).toEqual(['sent', 'sent', 'pending']);
  });

  test('stay for as long as the setting says', async () => {
    const clientId = await importTwo('patient');
    expect(await keepHouse(later(91, { keepDays: 400 }))).toMatchObject({ imports: 0 });
    expect(await keepHouse(later(401, { keepDays: 400 }))).toMatchObject({ imports: 2 });
    expect(await detailsOf(importIdOf(clientId, 1))).toEqual(NOTHING);
  });

  test.each(['failed', 'held', 'cancelled', 'applying'] as const)('stay while the import is %s, however long that takes', async (state) => {
    const clientId = await importTwo('open');
    await putInto(world, importIdOf(clientId, 2), state);
    expect(await keepHouse(later(1000))).toMatchObject({ imports: 1 });
    expect(await detailsOf(importIdOf(clientId, 2))).toMatchObject({ rejectedRecords: 1, userChanges: 1, outbox: 1 });
  });

  test('stay while an undo that needs them is under way', async () => {
    const clientId = await importTwo('undoing');
    const second = importIdOf(clientId, 2);
    await world.ports.undos.request(second, { clientId, reason: 'wrong file', by: 'test', requestedAt: new Date() });
    expect(await keepHouse(later(91))).toMatchObject({ imports: 1 });
    expect(await detailsOf(second)).toMatchObject({ userChanges: 1 });
  });

  test("of one client are gone without a trace in another's", async () => {
    // The keys of acme-1 lie between those of acme-1… of other clients.
    const clientId = await importTwo('acme');
    const neighbour = await importTwo('acme-1');
    await putInto(world, importIdOf(neighbour, 1), 'failed');
    const kept = await detailsOf(importIdOf(neighbour, 1));
    await keepHouse(later(91));
    expect(await detailsOf(importIdOf(clientId, 1))).toEqual(NOTHING);
    expect(await detailsOf(importIdOf(neighbour, 1))).toEqual(kept);
  });

  test('are all gone after a night that was killed at any of its calls', async () => {
    const clientId = await importOne('counted');
    const deadly = ['expiry', 'imports', 'undos', 'files'] as const;
    const whole = mortal(later(91), { at: 0, when: 'before' }, deadly);
    await keepHouse(whole.ports);
    expect(whole.seen.calls).toBeGreaterThan(3);
    expect(await detailsOf(importIdOf(clientId, 1))).toEqual(NOTHING);
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; at <= whole.seen.calls; at++) {
        const killed = await importOne(`killed-${when}-${at}`);
        await keepHouse(mortal(later(91), { at, when }, deadly).ports).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        await keepHouse(later(91));
        expect([at, await detailsOf(importIdOf(killed, 1))]).toEqual([at, NOTHING]);
      }
    }
  });
});

test('of more imports than one round takes, the rest is left to the next and said so', async () => {
  const clientId = await importTwo('many');
  const { importId: _id, ...run } = (await world.ports.imports.find(importIdOf(clientId, 1)))!;
  await world.db
    .collection('imports')
    .insertMany(Array.from({ length: 250 }, (_none, n) => ({ ...run, _id: `many-${n + 10}` as never, seq: n + 10 })));
  const steps = stepsOver(later(91));
  expect(await steps.expireDetails()).toEqual({ imports: 200, more: true });
  expect(await steps.expireDetails()).toEqual({ imports: 52, more: false });
});

describe('files in .bak', () => {
  test('stay for ever unless the installation says otherwise', async () => {
    const clientId = await importTwo('acme');
    const kept = await world.backups(clientId);
    expect(await keepHouse(later(5000))).toMatchObject({ files: 0 });
    expect(await world.backups(clientId)).toEqual(kept);
  });

  test('go with receipt and failed records after their time, and nothing else of the folder does', async () => {
    const clientId = await importTwo('acme');
    await world.drop(clientId, 'waiting.csv', WITH_CHANGES);
    const kept = await world.backups(clientId);
    expect(kept).toHaveLength(6);
    expect(await keepHouse(later(29, { keepBackupDays: 30 }))).toMatchObject({ files: 0 });
    expect(await world.backups(clientId)).toEqual(kept);
    expect(await keepHouse(later(31, { keepBackupDays: 30 }))).toMatchObject({ files: 6 });
    expect(await world.backups(clientId)).toEqual([]);
    expect(await readdir(path.join(world.dataDir, 'clients', clientId))).toEqual(['.bak', 'waiting.csv']);
  });

  test('are as old as their arrival there, whatever time the client gave them', async () => {
    const clientId = await world.addClient('acme');
    await world.drop(clientId, 'users.csv', WITH_FAILURES);
    await utimes(path.join(world.dataDir, 'clients', clientId, 'users.csv'), new Date(0), new Date(0));
    await world.importAll(clientId);
    expect(await keepHouse(later(29, { keepBackupDays: 30 }))).toMatchObject({ files: 0 });
  });
});

describe('leftovers in work/', () => {
  test('of an ended import go after a day', async () => {
    const clientId = await importTwo('acme');
    const first = importIdOf(clientId, 1);
    await leave(first, 'failed.csv');
    expect(await keepHouse(later(0.9))).toMatchObject({ folders: 0 });
    expect(await keepHouse(later(1.1))).toMatchObject({ folders: 1 });
    expect(existsSync(workOf(first))).toBe(false);
  });

  test('that an older open import still asks for stay as long as it is open', async () => {
    const clientId = await importTwo('acme');
    const [first, second] = [importIdOf(clientId, 1), importIdOf(clientId, 2)];
    await putInto(world, first, 'held');
    await leave(second, 'ids');
    expect(await keepHouse(later(30))).toMatchObject({ folders: 0 });
    expect(existsSync(path.join(workOf(second), 'ids'))).toBe(true);
    await putInto(world, first, 'finished');
    expect(await keepHouse(later(30))).toMatchObject({ folders: 1 });
  });

  test("never hold a client's file that is thrown away", async () => {
    const clientId = await world.addClient('acme');
    await world.drop(clientId, 'users.csv', WITH_FAILURES);
    const [claimed] = await claim(world.ports, clientId);
    await leave(importIdOf(clientId, 99), 'source');
    expect(await keepHouse(later(5000))).toMatchObject({ folders: 0 });
    expect(existsSync(path.join(workOf(claimed!.importId), 'source'))).toBe(true);
    expect(existsSync(path.join(workOf(importIdOf(clientId, 99)), 'source'))).toBe(true);
  });

  test('of open imports and of names that are no import stay', async () => {
    const clientId = await importTwo('acme');
    await putInto(world, importIdOf(clientId, 2), 'failed');
    await leave(importIdOf(clientId, 2), 'text.csv');
    await leave('lost+found' as ImportId, 'x');
    expect(await keepHouse(later(5000))).toMatchObject({ folders: 0 });
    expect(existsSync(workOf('lost+found' as ImportId))).toBe(true);
  });
});
