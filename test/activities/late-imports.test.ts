// Imports that go on out of turn: an old one after a newer one, one that is retried although nothing was left to do.

import type { ClientId, ImportId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,city\n';
const cityOf = async (clientId: ClientId, uniqueId: string) =>
  (await world.db.collection('users').findOne({ _id: `${clientId}/${uniqueId}` as never }))?.['city'] as unknown;

class WorldIsBroken extends Error {}
const broken = () => Promise.reject(new WorldIsBroken());

/** A file that stops before `step`, for a reason of ours. */
async function dropAndFail(clientId: ClientId, content: string, step: keyof ReturnType<typeof stepsOver>): Promise<ImportId> {
  await world.drop(clientId, 'users.csv', content);
  const [file] = await claim(world.ports, clientId);
  const { importId } = file!;
  await expect(runImport(world.ports, importId, { ...stepsOver(world.ports), [step]: broken })).rejects.toThrow(WorldIsBroken);
  await stepsOver(world.ports).markImport({ importId, state: 'failed', failure: 'broken' });
  return importId;
}

it('leaves alone whom a newer import spoke of, also when that one failed half-way and said that all is as it should be', async () => {
  const clientId = await world.addClient('late-old');
  await world.drop(clientId, 'users.csv', `${HEADER}a,OPSCOM,Ottawa\n`);
  await world.importAll(clientId);
  const older = await dropAndFail(clientId, `${HEADER}a,OPSCOM,Wrong\n`, 'applyChunk');
  const newer = await dropAndFail(clientId, `${HEADER}a,OPSCOM,Ottawa\n`, 'applyDeferred');
  await runImport(world.ports, older);
  await runImport(world.ports, newer);
  expect(await cityOf(clientId, 'a')).toBe('Ottawa');
  expect((await world.ports.imports.find(older))!.counts).toMatchObject({ records: 1, superseded: 1 });
});

it('ends a retried import whose working files are gone, with its file as it lies in .bak', async () => {
  const clientId = await world.addClient('late-retry');
  await world.drop(clientId, 'users.csv', `${HEADER}a,NONE,Ottawa\n`);
  const [before] = await world.importAll(clientId);
  await stepsOver(world.ports).markImport({ importId: before!.importId, state: 'cancelled', failure: null });
  const mails = world.mails.length;
  await runImport(world.ports, before!.importId);
  expect(await world.ports.imports.find(before!.importId)).toEqual(before);
  expect(await world.backups(clientId)).toEqual(['users.csv', 'users.failed.csv', 'users.result.json']);
  expect(world.mails).toHaveLength(mails);
});
