// The first file of a client looks for nobody. Who is there all the same, because an attempt was killed or because the application was faster, is
// met in time: nobody is created twice, overwritten, or counted wrongly.

import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';
import { Killed, mortal } from '../support/mortal';

const FILE = 'unique_id,login_source,first_name,last_name,email\r\n1,OPSCOM,Jo,Li,jo@x.example\r\n2,OPSCOM,Al,Ray,al@x.example\r\n';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const usersOf = (clientId: ClientId) => world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray();
const addedByOthers = (clientId: ClientId, uniqueId: string, values: object) =>
  world.db.collection('users').insertOne({ _id: `${clientId}/${uniqueId}` as never, clientId, uniqueId, rev: 4, ...values });

/** Imports the file; `meanwhile` happens when its users are about to be written for the first time. */
async function importFirst(name: string, meanwhile: (clientId: ClientId) => Promise<unknown>) {
  const clientId = await world.addClient(name);
  await world.drop(clientId, 'users.csv', FILE);
  const [first] = await claim(world.ports, clientId);
  const { importId } = first!;
  let reads = 0;
  let isFirst = true;
  const users: ActivityPorts['users'] = {
    ...world.ports.users,
    compare: (...args) => {
      reads++;
      return world.ports.users.compare(...args);
    },
    write: async (...args) => {
      if (isFirst) await meanwhile(clientId);
      isFirst = false;
      return world.ports.users.write(...args);
    },
  };
  await runImport(world.ports, importId, stepsOver({ ...world.ports, users }));
  return { clientId, reads, counts: (await world.ports.imports.find(importId))!.counts };
}

test('nobody is looked for', async () => {
  const { clientId, reads, counts } = await importFirst('first-undisturbed', async () => undefined);
  expect([reads, counts]).toEqual([0, expect.objectContaining({ created: 2, rejected: 0 })]);
  expect(await usersOf(clientId)).toHaveLength(2);
});

test('a user whom the application adds in that moment is updated, and what was replaced is kept', async () => {
  const { clientId, counts } = await importFirst('first-added', (id) => addedByOthers(id, '2', { firstName: 'Alma', city: 'Ottawa' }));
  expect(counts).toMatchObject({ created: 1, updated: 1, rejected: 0 });
  expect((await usersOf(clientId))[1]).toMatchObject({ firstName: 'Al', city: 'Ottawa', rev: 5 });
  const [image] = await world.db
    .collection('userChanges')
    .find({ userId: `${clientId}/2` })
    .toArray();
  expect(image).toMatchObject({ before: { firstName: 'Alma' }, rev: 4 });
});

test('an e-mail that somebody takes in that moment rejects the record', async () => {
  const taken = { email: 'al@x.example', emailKey: 'first-taken/al@x.example' };
  const { clientId, counts } = await importFirst('first-taken', (id) => addedByOthers(id, '9', taken));
  expect(counts).toMatchObject({ created: 1, rejected: 1 });
  expect((await usersOf(clientId)).map(({ uniqueId }) => uniqueId as string)).toEqual(['1', '9']);
});

test.each(['before', 'after'] as const)('a worker that dies %s any call about users or chunks creates each of them once', async (when) => {
  for (let at = 1; ; at++) {
    const clientId = await world.addClient(`first-${when}-${at}`);
    await world.drop(clientId, 'users.csv', FILE);
    const [first] = await claim(world.ports, clientId);
    const { ports, seen } = mortal(world.ports, { at, when }, ['users', 'imports', 'rejected', 'deferred']);
    const living = stepsOver(world.ports, 2);
    const doomed = stepsOver(ports);
    const applyChunk: typeof living.applyChunk = (input) =>
      doomed.applyChunk(input).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        return living.applyChunk(input);
      });
    await runImport(world.ports, first!.importId, { ...living, applyChunk });
    expect((await world.ports.imports.find(first!.importId))!.counts).toMatchObject({ created: 2, updated: 0, unchanged: 0, rejected: 0 });
    expect((await usersOf(clientId)).map(({ rev }) => rev as number)).toEqual([1, 1]);
    if (!seen.dead) return expect(at).toBeGreaterThan(6);
  }
});

test('ids that differ in zeros only make no users, also in a first file, unless the application has both', async () => {
  const clientId = await world.addClient('zeros');
  const content = 'unique_id,login_source,first_name\r\n7,OPSCOM,Jo\r\n007,OPSCOM,Jo\r\n8,OPSCOM,Al\r\n';
  await world.drop(clientId, 'users.csv', content);
  await world.importAll(clientId);
  expect((await usersOf(clientId)).map(({ uniqueId }) => uniqueId as string)).toEqual(['8']);
  await addedByOthers(clientId, '7', {});
  await addedByOthers(clientId, '007', {});
  await world.drop(clientId, 'users.csv', content);
  expect(await world.importAll(clientId)).toMatchObject([{ counts: { updated: 2, unchanged: 1, rejected: 0 } }]);
});
