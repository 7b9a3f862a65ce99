// Undo is as hard to disturb as an import: a process that ends at any of its calls to the outside world, before or after the call took
// effect, changes nothing about users, permits, what is listed and the one e-mail, once the step was run again.

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId, ImportId } from '../../src/domain/ids';
import type { UndoSteps } from '../../workflows/undo-import-steps';
import { claim, runImport, startWorld, stepsOver, type World, putInto } from '../support/in-process-import';
import { copyOfClient } from '../support/copy-of-client';
import { leftBy, undo } from '../support/in-process-undo';
import { Killed, mortal } from '../support/mortal';

const HEADER = 'unique_id,login_source,first_name,user_name,email,active';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** A client whose second import did everything that can be undone; somebody changed some of it since. */
async function prepare(name: string, end: 'finished' | 'failed'): Promise<void> {
  const acme = await world.addClient(name, { archiveOnInactive: true, reactivateOnActive: true });
  const drop = (file: string, ...rows: string[]) => world.drop(acme, file, [HEADER, ...rows, ''].join('\n'));
  await drop('first.csv', ...['1', '2', '3', '4', '5', 'gone'].map((id) => `${id},OPSCOM,N${id},u${id},e${id}@x.org,`));
  await world.importAll(acme);
  await drop('second.csv', 'gone,OPSCOM,,,,0');
  await world.importAll(acme);
  const permits = [
    ['P1', '3'],
    ['P2', '3'],
    ['P3', '4'],
  ] as const;
  await world.db.collection('permits').insertMany(
    permits.map(([number, holder]) => ({
      _id: `${acme}/${number}` as never,
      clientId: acme,
      number,
      status: 'active',
      holder: `${acme}/${holder}`,
    })),
  );
  // Users 1 and 2 swap; the new user takes what user 5 gives up; 3 and 4 are archived; `gone` comes back; 9 and the rest are new.
  await drop(
    'users.csv',
    '1,OPSCOM,One,u2,e2@x.org,',
    '2,OPSCOM,Two,u1,e1@x.org,',
    '3,OPSCOM,,,,0',
    '4,OPSCOM,,,,0',
    '5,OPSCOM,Five,u55,,',
    '9,OPSCOM,Nine,u5,,',
    '10,OPSCOM,Ten,u10,,',
    'gone,OPSCOM,,,,1',
  );
  const [file] = await claim(world.ports, acme);
  const steps = stepsOver(world.ports);
  if (end === 'finished') await runImport(world.ports, file!.importId, steps);
  else {
    const broken = { ...steps, backUpFile: () => Promise.reject(new Error('the disk is full')) };
    await expect(runImport(world.ports, file!.importId, broken)).rejects.toThrow('the disk is full');
    await putInto(world, file!.importId, 'failed', { failure: 'the disk is full' });
  }
  const set = (collection: string, id: string, change: object) =>
    world.db.collection(collection).updateOne({ _id: `${acme}/${id}` as never }, { $set: change });
  await set('users', '10', { rev: 7 });
  await set('permits', 'P2', { holder: `${acme}/5`, status: 'active' });
}

const copied = async (from: string, to: string) => {
  const clientId = await copyOfClient(world, from, to);
  return { clientId, importId: `${clientId}-3` as ImportId };
};

/** A step that dies is run again by a process that lives, as Temporal does. */
function doomed(dying: ActivityPorts): UndoSteps {
  const living = stepsOver(world.ports, 2);
  const first = stepsOver(dying);
  return Object.fromEntries(
    (Object.keys(living) as (keyof typeof living)[]).map((name) => [
      name,
      async (input: never) => {
        try {
          return await first[name](input);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          return await living[name](input);
        }
      },
    ]),
  ) as unknown as UndoSteps;
}

/** Everything that a client, an operator or the next import could notice, without the client's name and times. */
async function whatIsThere({ clientId, importId }: { readonly clientId: ClientId; readonly importId: ImportId }): Promise<unknown> {
  const of = (collection: string) => world.db.collection(collection).find({ clientId }).sort({ _id: 1 }).toArray();
  const run = (await world.ports.imports.find(importId))!;
  const text = JSON.stringify({
    run: { state: run.state, outcome: run.outcome, counts: run.counts, report: run.report, backup: run.backup },
    undo: await world.ports.undos.find(importId),
    left: await leftBy(world.ports, importId),
    users: await of('users'),
    permits: await of('permits'),
    changes: (await world.ports.changes.read(importId, { from: 1, to: 99 })).map(({ line, undoneAt }) => [line, undoneAt]),
    mails: [...new Set(world.mails.map(({ messageId }) => messageId))].filter((id) => id.startsWith(`<${importId}.`)),
    backups: await world.backups(clientId),
    work: existsSync(path.join(world.dataDir, 'work', importId)),
  });
  return JSON.parse(
    text
      .replaceAll(clientId, 'CLIENT')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\.\d{8}T\d{6}Z?/g, '.TIME'),
  ) as unknown;
}

describe.each(['finished', 'failed'] as const)('the undo of an import that %s, when its process is killed', (end) => {
  const template = `template${end}`;
  let undisturbed: unknown;
  let calls: number;
  beforeAll(async () => {
    await prepare(template, end);
    const target = await copied(template, `undisturbed${end}`);
    const { ports, seen } = mortal(world.ports, { at: 0, when: 'before' });
    await undo(world, target.importId, doomed(ports));
    undisturbed = await whatIsThere(target);
    calls = seen.calls;
  });

  it('takes everything back but for what was changed since, when nothing happens', () => {
    expect(undisturbed).toMatchObject({
      run: { state: 'undone' },
      undo: {
        counts: { restored: 3, archived: 1, madeActive: 2, archivedAgain: 1, permitsReturned: 2, usersLeft: 1, permitsLeft: 1 },
        report: 'sent',
        failure: null,
      },
      mails: end === 'finished' ? ['<CLIENT-3.undo@parking.example>'] : expect.arrayContaining(['<CLIENT-3.undo@parking.example>']),
      work: false,
    });
    expect(calls).toBeGreaterThan(25);
  });

  it.each(['before', 'after'] as const)(
    'ends the same when it dies %s any of its calls',
    async (when) => {
      for (let at = 1; at <= calls; at++) {
        const target = await copied(template, `killed${end}${when}${at}`);
        const { ports, seen } = mortal(world.ports, { at, when });
        await undo(world, target.importId, doomed(ports));
        try {
          expect(await whatIsThere(target)).toEqual(undisturbed);
        } catch (error) {
          throw new Error(`killed ${when} call ${at} (${seen.last}): ${(error as Error).message}`, { cause: error });
        }
      }
    },
    600_000,
  );
});
