// Imports that go on out of turn: an old one after a newer one, one that is retried although nothing was left to do.

import type { ClientId, ImportId } from '../../src/domain/ids';
import { markStopped } from '../../activities/turn/mark-stopped';
import { claim, giveTurn, putInto, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';
import { undo } from '../support/in-process-undo';
import { sleepy } from '../support/sleepy';

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
  const { turn } = (await world.ports.imports.find(importId))!;
  await stepsOver(world.ports).markImport({ importId, turn: turn!, state: 'failed', failure: 'broken' });
  return importId;
}

it('leaves alone whom a newer import spoke of, also when that one failed half-way and said that all is as it should be', async () => {
  const clientId = await world.addClient('late-old');
  await world.drop(clientId, 'users.csv', `${HEADER}a,OPSCOM,Ottawa\n`);
  await world.importAll(clientId);
  const older = await dropAndFail(clientId, `${HEADER}a,OPSCOM,Wrong\n`, 'applyChunk');
  const newer = await dropAndFail(clientId, `${HEADER}a,OPSCOM,Ottawa\n`, 'backUpFile');
  await runImport(world.ports, older);
  await runImport(world.ports, newer);
  expect(await cityOf(clientId, 'a')).toBe('Ottawa');
  expect((await world.ports.imports.find(older))!.counts).toMatchObject({ records: 1, superseded: 1 });
});

it('ends a retried import that had only its e-mail to send, with its file as it lies in .bak', async () => {
  const clientId = await world.addClient('late-retry');
  await world.drop(clientId, 'users.csv', `${HEADER}a,NONE,Ottawa\n`);
  const [before] = await world.importAll(clientId);
  await putInto(world, before!.importId, 'cancelled');
  const mails = world.mails.length;
  await runImport(world.ports, before!.importId);
  expect(await world.ports.imports.find(before!.importId)).toMatchObject({
    state: 'finished',
    outcome: before!.outcome,
    counts: before!.counts,
  });
  expect(await world.backups(clientId)).toEqual(['users.csv', 'users.failed.csv', 'users.result.json']);
  expect(world.mails).toHaveLength(mails);
});

describe('an old import that goes on after a newer one', () => {
  const CITY_AND_EMAIL = 'unique_id,login_source,city,email\n';
  const FIRST = `${CITY_AND_EMAIL}same,OPSCOM,Ottawa,\nwrong,OPSCOM,Ottawa,\ntaken,OPSCOM,Ottawa,\nother,OPSCOM,Ottawa,held@x.example\n`;
  const OLDER = `${HEADER}same,OPSCOM,Wrong\nwrong,OPSCOM,Wrong\ntaken,OPSCOM,Wrong\nchanged,OPSCOM,Wrong\nother,OPSCOM,Gatineau\n`;
  // One is as it should be, one has a mistake, one wants what another one holds, one is new. Of the last user only the older file speaks.
  const NEWER = `${CITY_AND_EMAIL}same,OPSCOM,Ottawa,\nwrong,NONE,Hull,\ntaken,OPSCOM,Ottawa,held@x.example\nchanged,OPSCOM,Hull,\n`;
  const CITIES = { same: 'Ottawa', wrong: 'Ottawa', taken: 'Ottawa', changed: 'Hull', other: 'Gatineau' };

  const citiesOf = async (clientId: ClientId) =>
    Object.fromEntries(await Promise.all(Object.keys(CITIES).map(async (id) => [id, await cityOf(clientId, id)] as const)));

  async function prepare(name: string, stopped: keyof ReturnType<typeof stepsOver>) {
    const clientId = await world.addClient(name);
    await world.drop(clientId, 'users.csv', FIRST);
    await world.importAll(clientId);
    return { clientId, older: await dropAndFail(clientId, OLDER, stopped) };
  }
  const drop = async (clientId: ClientId) => {
    await world.drop(clientId, 'users.csv', NEWER);
    return (await claim(world.ports, clientId))[0]!.importId;
  };

  it.each<[store: 'users' | 'imports', method: string]>([
    ['imports', 'hasTurn'],
    ['users', 'compare'],
    ['users', 'write'],
  ])(
    'an old one that lost its turn before it called %s.%s writes no further batch, and the newer one has the last word',
    async (store, method) => {
      const { clientId, older } = await prepare(`lost-${method}`.toLowerCase(), 'applyChunk');
      const turn = await giveTurn(world.ports, older);
      const whileAsleep = sleepy(world.ports, { store, method: method as never }, async () => {
        // Its workflow was ended from outside; the client's next import has its turn meanwhile.
        await markStopped(world.ports, { kind: 'import', importId: older }, turn);
        await runImport(world.ports, await drop(clientId));
      });
      const late = runImport(world.ports, older, { ...stepsOver(world.ports), applyChunk: stepsOver(whileAsleep).applyChunk });
      await expect(late).rejects.toThrow('The turn of this run is over');
      // A batch that was in flight and outlived the rest of the turn meets the revisions of what the newer one changed.
      const kept = method === 'hasTurn' ? CITIES : { changed: CITIES.changed, other: CITIES.other };
      await runImport(world.ports, older);
      expect(await citiesOf(clientId)).toMatchObject(kept);
    },
  );

  it("an undone one stands in nobody's way, not even with those whom it found as they should be", async () => {
    const { clientId, older } = await prepare('race-undone', 'applyChunk');
    const newer = await drop(clientId);
    await runImport(world.ports, newer);
    await undo(world, newer);
    await runImport(world.ports, older);
    expect(await citiesOf(clientId)).toMatchObject({ same: 'Wrong', wrong: 'Wrong', taken: 'Wrong', other: 'Gatineau' });
  });

  it('nor in the way of one that was held all the while', async () => {
    const clientId = await world.addClient('held-undone', { archiveOnInactive: true, holdAbove: { archives: 0, percent: 100, floor: 0 } });
    await world.drop(clientId, 'users.csv', `${HEADER}same,OPSCOM,Ottawa\nother,OPSCOM,Ottawa\ngone,OPSCOM,Ottawa\n`);
    await world.importAll(clientId);
    await world.drop(clientId, 'users.csv', 'unique_id,login_source,city,active\nsame,OPSCOM,Hull,1\ngone,OPSCOM,,0\n');
    const [held] = await claim(world.ports, clientId);
    const approval = {
      open: () => {},
      close: () => {},
      decided: async () => {
        const failed = await dropAndFail(clientId, `${HEADER}other,OPSCOM,Gatineau\n`, 'applyChunk');
        await world.drop(clientId, 'users.csv', `${HEADER}same,OPSCOM,Ottawa\n`);
        const [undone] = await world.importAll(clientId);
        await runImport(world.ports, failed);
        await undo(world, undone!.importId);
        return { verdict: 'approve' as const, reason: 'end of term', by: 'support' };
      },
    };
    await runImport(world.ports, held!.importId, stepsOver(world.ports), { approval });
    expect(await cityOf(clientId, 'same')).toBe('Hull');
    expect((await world.ports.imports.find(held!.importId))!.counts).toMatchObject({ updated: 2, archived: 1, superseded: 0 });
  });
});
