// A tick of a schedule over the real stores and folders: who is woken, who costs nothing, and what one bad folder does to the others.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId } from '../../src/domain/ids';
import { startWorld, stepsOver, type World } from '../support/in-process-import';

const GOOD = 'unique_id,login_source\n1,OPSCOM\n';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(() => world.db.collection('clients').deleteMany({}));

/** Who is woken at a tick, and with what. */
async function tick(schedule = 'every-5m', wake: ActivityPorts['inboxes']['wake'] = async () => {}) {
  const woken: ClientId[] = [];
  const inboxes: Pick<ActivityPorts['inboxes'], 'wake'> = {
    async wake(clientId) {
      await wake(clientId);
      expect(await world.ports.turns.find(clientId)).toMatchObject({ look: true });
      woken.push(clientId);
    },
  };
  const found = await stepsOver({ ...world.ports, inboxes: { ...world.ports.inboxes, ...inboxes } }).wakeReadyClients({ schedule });
  return { ...found, who: woken.toSorted() };
}

/** Long enough for the coarse clock of the file system. */
async function withFile(name: string, settings: Parameters<World['addClient']>[1] = {}): Promise<ClientId> {
  const clientId = await world.addClient(name, settings);
  await world.drop(clientId, 'users.csv', GOOD);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return clientId;
}

test('wakes the clients of its setting that have files, and nobody else', async () => {
  const ready = await withFile('ready');
  await world.addClient('empty');
  await withFile('nightly', { schedule: { cron: '0 0 * * *', timeZone: 'UTC' } });
  const disabled = await withFile('disabled');
  await world.ports.clients.setEnabled(disabled, false);
  const paused = await withFile('paused');
  await world.ports.clients.pause(paused, { at: new Date(), by: 'pat', reason: 'they move' });
  const uploading = await world.addClient('uploading');
  await world.drop(uploading, 'users.csv.part', GOOD);
  expect(await tick()).toEqual({ clients: 3, woken: 1, who: [ready] });
  expect((await tick('0 0 * * *@UTC')).who).toEqual(['nightly']);
  expect(await tick('every-1h')).toEqual({ clients: 0, woken: 0, who: [] });
});

test('a client that cannot be served holds up no other, and is served when the step is tried again', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `c-${n}`);
  await Promise.all(names.map((name) => withFile(name)));
  let isBroken = true;
  const served: string[] = [];
  const wake = async (clientId: ClientId) => {
    if (clientId === 'c-7' && isBroken) throw new Error('workflow is closing');
    served.push(clientId);
  };
  await expect(tick('every-5m', wake)).rejects.toThrow('1 of 20 clients were not served');
  expect(served.toSorted()).toEqual(names.filter((name) => name !== 'c-7').toSorted());
  isBroken = false;
  expect((await tick('every-5m', wake)).who).toContain('c-7');
});

test('wakes sixteen at a time at most', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, n) => withFile(`w-${n}`)));
  let underWay = 0;
  let most = 0;
  const found = await tick('every-5m', async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 10));
    underWay -= 1;
  });
  expect([found.woken, most > 1, most <= 16]).toEqual([40, true, true]);
});

test('a version of an upload that was taken before wakes nobody, and the client reads so in its log', async () => {
  const clientId = await world.addClient('learn', { profile: 'agylia', schedule: { every: '5m' } });
  const folder = path.join(world.dataDir, 'clients', clientId);
  await writeFile(path.join(folder, 'uploads', 'user-import.csv'), 'username,forename\nann,Ann\n');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await tick()).who).toEqual([clientId]);
  await world.importAll(clientId);
  expect((await tick()).who).toEqual([]);
  expect(await readFile(path.join(folder, 'log', 'user-import.log'), 'utf8')).toMatch(/skipped: this version was taken before, as learn-1/);
  await writeFile(path.join(folder, 'uploads', 'user-import.csv'), 'username,forename\nbob,Bob\n');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await tick()).who).toEqual([clientId]);
});
