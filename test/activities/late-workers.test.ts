// A worker that seemed dead and was not: Temporal has given its step to another one, which did it and all that follows; then the first
// wakes up in the middle of the step and goes on. Nothing of what was done meanwhile may change.

import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, succession, type World } from '../support/in-process-import';
import { sleepy } from '../support/sleepy';

class TookTooLong extends Error {}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function whatIsThere(clientId: ClientId, importId: ImportId) {
  const rejected: unknown[] = [];
  for await (const { line, reasons } of world.ports.rejected.all(importId)) rejected.push({ line, codes: reasons.map(({ code }) => code) });
  const { state, outcome, counts, report, backup, finishedAt } = (await world.ports.imports.find(importId))!;
  const users = await world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray();
  const chunks = await world.db
    .collection('importChunks')
    .find({ _id: { $gt: `${importId}/` as never, $lt: `${importId}0` as never } })
    .toArray();
  const changes = await world.db
    .collection('userChanges')
    .find({ userId: new RegExp(`^${clientId}/`) })
    .sort({ _id: 1 })
    .toArray();
  return { state, outcome, counts, report, backup, finishedAt, rejected, users, changes, chunks, backups: await world.backups(clientId) };
}

const HEADER = 'unique_id,login_source,email\n';

/** Three users; then a file in which two swap their addresses, one wants a third one's, one is new and one is wrong. */
async function prepare(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name);
  await world.drop(clientId, 'first.csv', `${HEADER}a,OPSCOM,a@x.example\nb,OPSCOM,b@x.example\nc,OPSCOM,c@x.example\n`);
  await world.importAll(clientId);
  await world.drop(
    clientId,
    'second.csv',
    `${HEADER}a,OPSCOM,b@x.example\nb,OPSCOM,a@x.example\nd,OPSCOM,c@x.example\ne,OPSCOM,e@x.example\nf,NONE,\n`,
  );
  return clientId;
}

const importIdIn = (clientId: ClientId) => `${clientId}-2` as ImportId;

describe('a worker that wakes up late', () => {
  it('does not put an import back that was claimed, imported and finished meanwhile', async () => {
    const clientId = await prepare('late-claim');
    const importId = importIdIn(clientId);
    let done: unknown;
    const ports = sleepy(world.ports, { store: 'files', method: 'claim' }, async () => {
      await world.importAll(clientId);
      done = await whatIsThere(clientId, importId);
    });
    await claim(ports, clientId);
    expect(await whatIsThere(clientId, importId)).toEqual(done);
    expect(done).toMatchObject({ state: 'finished' });
  });

  it.each<[step: keyof ReturnType<typeof stepsOver>, store: keyof ActivityPorts, method: string]>([
    ['inspectFile', 'imports', 'advance'],
    ['inspectFile', 'imports', 'earlier'],
    ['planArchive', 'imports', 'advance'],
    ['applyChunk', 'imports', 'hasTurn'],
    ['applyChunk', 'users', 'compare'],
    ['applyChunk', 'users', 'write'],
    ['applyChunk', 'imports', 'setChunkResult'],
    ['applyDeferred', 'users', 'releaseKeys'],
    ['applyDeferred', 'users', 'write'],
    ['applyDeferred', 'users', 'restoreKeys'],
    ['applyDeferred', 'rejected', 'put'],
    ['applyDeferred', 'imports', 'putSettled'],
    ['applyDeferred', 'deferred', 'read'],
    ['applyDeferred', 'deferred', 'remove'],
    ['applyChunk', 'deferred', 'put'],
    ['releasePermits', 'imports', 'advance'],
    ['backUpFile', 'imports', 'advance'],
    ['backUpFile', 'files', 'freeBackupName'],
    ['backUpFile', 'imports', 'updateIf'],
    ['backUpFile', 'files', 'backUp'],
    ['sendReport', 'imports', 'update'],
    ['sendReport', 'outbox', 'setState'],
    ['closeImport', 'imports', 'advance'],
    ['closeImport', 'files', 'cleanUp'],
  ])('changes nothing when it slept in %s, before %s.%s', async (step, store, method) => {
    const clientId = await prepare(`${step}-${store}-${method}`.toLowerCase());
    const importId = importIdIn(clientId);
    await claim(world.ports, clientId);
    let done: unknown;
    const late = async (input: never): Promise<never> => {
      const asleep = stepsOver(
        sleepy(world.ports, { store, method: method as never }, async () => {
          await runImport(world.ports, importId, workers.second);
          done = await whatIsThere(clientId, importId);
        }),
      );
      // Whatever it answers, nobody listens to it any more.
      await (asleep[step] as (input: never) => Promise<unknown>)(input).catch(() => undefined);
      throw new TookTooLong();
    };
    const workers = succession({ ...stepsOver(world.ports), [step]: late }, stepsOver(world.ports, 2));
    await expect(runImport(world.ports, importId, workers.first)).rejects.toThrow(TookTooLong);
    expect(done).toMatchObject({ state: 'finished', counts: { records: 5, created: 1, updated: 2, rejected: 2 } });
    expect(await whatIsThere(clientId, importId)).toEqual(done);
  });
});
