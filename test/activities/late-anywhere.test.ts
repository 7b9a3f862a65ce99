// A worker that falls asleep at any of its calls to the outside world and wakes up when all is over: an import's, when that is undone, and an
// undo's, when a newer file is imported. What was done stays done, and nothing of what is there changes any more.

import type { ClientId, ImportId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, succession, type World } from '../support/in-process-import';
import { copyOfClient } from '../support/copy-of-client';
import { heldBack } from '../support/held-back';
import { askForUndo, leftBy, runUndo, undo } from '../support/in-process-undo';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await prepare('untouched');
  await prepareUndo();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,email,active\n';
/** Users 1 and 2 swap their addresses, 3 is archived and loses a permit, 4 wants what 5 keeps, 6 is new, 7 is wrong. */
async function prepare(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name, { archiveOnInactive: true });
  const users = ['1', '2', '3', '4', '5'].map((id) => `${id},OPSCOM,e${id}@x.example,\n`);
  await world.drop(clientId, 'first.csv', HEADER + users.join(''));
  await world.importAll(clientId);
  const permit = { _id: `${clientId}/P` as never, clientId, number: 'P', status: 'active', holder: `${clientId}/3` };
  await world.db.collection('permits').insertOne(permit);
  const rows = [
    '1,OPSCOM,e2@x.example,',
    '2,OPSCOM,e1@x.example,',
    '3,OPSCOM,,0',
    '4,OPSCOM,e5@x.example,',
    '6,OPSCOM,e6@x.example,',
    '7,NONE,,',
  ];
  await world.drop(clientId, 'second.csv', `${HEADER}${rows.join('\n')}\n`);
  return clientId;
}

async function whatIsThere(clientId: ClientId, importId: ImportId) {
  const of = (collection: string) => world.db.collection(collection).find({ clientId }).sort({ _id: 1 }).toArray();
  const { state, outcome, counts, report, backup, finishedAt } = (await world.ports.imports.find(importId))!;
  return {
    run: { state, outcome, counts, report, backup, finishedAt },
    users: await of('users'),
    permits: await of('permits'),
    undo: await world.ports.undos.find(importId),
    mails: new Set(world.mails.map(({ messageId }) => messageId).filter((id) => id.startsWith(`<${importId}.`))).size,
    backups: await world.backups(clientId),
  };
}

async function importHeldBackAt(at: number) {
  const clientId = await copyOfClient(world, 'untouched', `late-${at}`);
  const importId = `${clientId}-2` as ImportId;
  await claim(world.ports, clientId);
  let done: Awaited<ReturnType<typeof whatIsThere>> | undefined;
  const { seen, ports } = heldBack(world.ports, at, async () => {
    await runImport(world.ports, importId, workers.second);
    await undo(world, importId);
    done = await whatIsThere(clientId, importId);
  });
  const workers = succession(stepsOver(ports), stepsOver(world.ports, 2));
  // Whatever it answers, nobody listens to it any more.
  await runImport(ports, importId, workers.first).catch(() => undefined);
  return { seen, done, now: await whatIsThere(clientId, importId) };
}

it('an import that sleeps before any of its calls changes nothing of what was done and undone meanwhile', async () => {
  const { seen, now } = await importHeldBackAt(0);
  expect(now.run).toMatchObject({ state: 'finished', counts: { created: 1, updated: 3, archived: 1, rejected: 2, permitsReleased: 1 } });
  expect(seen.calls).toBeGreaterThan(30);
  for (let at = 1; at <= seen.calls; at++) {
    const late = await importHeldBackAt(at);
    try {
      expect(late.done).toMatchObject({ run: { state: 'undone' }, permits: [{ status: 'active' }] });
      expect(late.now).toEqual(late.done);
    } catch (error) {
      throw new Error(`held back at call ${at} (${late.seen.last}): ${(error as Error).message}`, { cause: error });
    }
  }
}, 600_000);

/** An import that is over; the application changed one of its users since, and issued a permit that it had released to somebody else. */
async function prepareUndo(): Promise<string> {
  const clientId = await prepare('template');
  const other = { _id: `${clientId}/Q` as never, clientId, number: 'Q', status: 'active', holder: `${clientId}/3` };
  await world.db.collection('permits').insertOne(other);
  await world.importAll(clientId);
  const change = { $set: { city: 'Hull', rev: 99 } };
  await world.db.collection('users').updateOne({ _id: `${clientId}/6` as never }, change);
  await world.db.collection('permits').updateOne({ _id: other._id }, { $set: { status: 'active', holder: `${clientId}/5` } });
  return clientId;
}

/** A newer file speaks of the same users once the undo is over. */
async function undoHeldBackAt(at: number) {
  const clientId = await copyOfClient(world, 'template', `late-undo-${at}`);
  const importId = `${clientId}-2` as ImportId;
  const everything = async () => ({
    undone: await whatIsThere(clientId, importId),
    left: await leftBy(world.ports, importId),
    newer: await whatIsThere(clientId, `${clientId}-3` as ImportId),
  });
  let done: Awaited<ReturnType<typeof everything>> | undefined;
  const { seen, ports } = heldBack(world.ports, at, async () => {
    await runUndo(world.ports, importId, workers.second);
    await world.drop(
      clientId,
      'third.csv',
      `${HEADER}1,OPSCOM,new1@x.example,\n2,OPSCOM,e1@x.example,\n3,OPSCOM,,0\n6,OPSCOM,e7@x.example,\n`,
    );
    await world.importAll(clientId);
    done = await everything();
  });
  const workers = succession(stepsOver(ports), stepsOver(world.ports, 2));
  await undo(world, importId, workers.first).catch(() => undefined);
  return { seen, done, now: at === 0 ? undefined : await everything(), undone: await world.ports.undos.find(importId) };
}

it('an undo that sleeps before any of its calls changes nothing of what was undone, and imported, meanwhile', async () => {
  const { seen, undone } = await undoHeldBackAt(0);
  expect(undone?.counts).toMatchObject({ restored: 2, archived: 0, madeActive: 1, permitsReturned: 1, usersLeft: 1, permitsLeft: 1 });
  expect(seen.calls).toBeGreaterThan(20);
  for (let at = 1; at <= seen.calls; at++) {
    const late = await undoHeldBackAt(at);
    try {
      expect(late.done).toMatchObject({
        undone: { run: { state: 'undone' } },
        left: [{ why: 'CHANGED_SINCE' }, { why: 'PERMIT_NOT_FREE' }],
        newer: { run: { state: 'finished', outcome: 'imported' } },
      });
      expect(late.now).toEqual(late.done);
    } catch (error) {
      throw new Error(`held back at call ${at} (${late.seen.last}): ${(error as Error).message}`, { cause: error });
    }
  }
}, 600_000);

/** While the worker sleeps, the undo ends, what stood in its way is gone, and it is asked for and planned again; the rest comes later. */
async function firstRoundHeldBackAt(at: number) {
  const clientId = await copyOfClient(world, 'template', `late-round-${at}`);
  const importId = `${clientId}-2` as ImportId;
  const meanwhile = async () => {
    await runUndo(world.ports, importId, workers.second);
    await world.db.collection('users').updateOne({ _id: `${clientId}/6` as never }, { $set: { rev: 1 }, $unset: { city: 1 } });
    await askForUndo(world, importId);
    await world.ports.undos.updateOpen(importId, null, { turn: SECOND_TURN });
    await stepsOver(world.ports).planUndo({ importId, turn: SECOND_TURN });
  };
  const { seen, ports } = heldBack(world.ports, at, meanwhile, /^undos\.(put|set|update)/);
  const workers = succession(stepsOver(ports), stepsOver(world.ports, 2));
  await undo(world, importId, workers.first).catch(() => undefined);
  if (at === 0) await meanwhile();
  await runUndo(world.ports, importId);
  const { counts, round, finishedAt } = (await world.ports.undos.find(importId))!;
  return { seen, end: { counts, round, isDone: finishedAt !== null, left: (await leftBy(world.ports, importId)).map(({ why }) => why) } };
}

const SECOND_TURN = 2_000_000;

it('an undo that sleeps before it writes anything down changes nothing of its next round', async () => {
  const undisturbed = await firstRoundHeldBackAt(0);
  expect(undisturbed.end).toMatchObject({ round: 2, isDone: true, counts: { archived: 1, usersLeft: 0 }, left: ['PERMIT_NOT_FREE'] });
  expect(undisturbed.seen.calls).toBeGreaterThan(4);
  for (let at = 1; at <= undisturbed.seen.calls; at++) {
    const late = await firstRoundHeldBackAt(at);
    expect({ ...late.end, heldBackAt: late.seen.last }).toEqual({ ...undisturbed.end, heldBackAt: late.seen.last });
  }
}, 600_000);
