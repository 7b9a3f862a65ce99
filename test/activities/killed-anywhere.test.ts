// Promise 2 of the product, step by step: a process that ends at any of its calls to the outside world, before or after the call took
// effect, changes nothing about users, permits, counts, `.bak` and e-mail once the step was run again.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';
import { Killed, mortal } from '../support/mortal';

const samples = path.join(__dirname, '../samples/opscom');
const expected = JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as {
  permits: { number: string; status: string; holder: string }[];
};
const sample = (name: string) => readFileSync(path.join(samples, name));

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Loads the first sample, hands out permits, and drops the file whose import is to be disturbed. */
async function prepare(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name, { archiveOnInactive: true, loginSources: ['OPSCOM', 'SAML'] });
  await world.drop(clientId, 'first.csv', sample('01-first-load.csv'));
  await world.importAll(clientId);
  await world.db.collection('permits').insertMany(
    expected.permits.map(({ number, status, holder }) => ({
      _id: `${name}/${number}` as never,
      clientId,
      number,
      status,
      holder: `${name}/${holder}`,
    })),
  );
  await world.drop(clientId, 'changes.csv', sample('02-changes-and-failures.csv'));
  return clientId;
}

const again =
  <I, O>(first: (input: I) => Promise<O>, second: (input: I) => Promise<O>) =>
  async (input: I) => {
    try {
      return await first(input);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return second(input);
    }
  };

/** Gives turns and imports until nothing is left; a step that dies is run again by a process that lives, as Temporal does. */
async function importWith(clientId: ClientId, dying: ActivityPorts): Promise<void> {
  const living = stepsOver(world.ports, 2);
  const doomed = stepsOver(dying);
  const steps = Object.fromEntries(
    (Object.keys(living) as (keyof typeof living)[]).map((name) => [name, again(doomed[name] as never, living[name] as never)]),
  ) as unknown as typeof living;
  await new Promise((resolve) => setTimeout(resolve, 15));
  await world.ports.turns.askLook(clientId);
  for (;;) {
    const next = await steps.nextTurn({ clientId });
    if (next.kind === 'nothing') break;
    if (next.kind === 'start') await runImport(world.ports, next.importId, steps);
  }
  expect(await claim(world.ports, clientId)).toEqual([]);
}

/** Everything that a client, an operator or the next import could notice, without the client's name and times. */
async function whatIsThere(clientId: ClientId): Promise<unknown> {
  const of = (collection: string) => world.db.collection(collection).find({ clientId }).sort({ _id: 1 }).toArray();
  const runs = (await world.ports.imports.list({ clientIds: [clientId], limit: 10 })).map(
    ({ state, outcome, counts, reasonCounts, report, attempts }) => ({ state, outcome, counts, reasonCounts, report, attempts }),
  );
  const rejected: unknown[] = [];
  for (const { importId } of await world.ports.imports.list({ clientIds: [clientId], limit: 10 })) {
    for await (const { line, reasons, cells } of world.ports.rejected.all(importId))
      rejected.push({ line, codes: reasons.map(({ code }) => code), cells });
  }
  const mails = new Set(world.mails.filter(({ to }) => to === `it@${clientId}.example`).map(({ messageId }) => messageId));
  const changes = await world.db
    .collection('userChanges')
    .find({ _id: { $gte: `${clientId}-` as never, $lt: `${clientId}.` as never } })
    .sort({ _id: 1 })
    .toArray();
  const audit = await world.db
    .collection('permitReleases')
    .find({ _id: { $gte: `${clientId}-` as never, $lt: `${clientId}.` as never } })
    .sort({ _id: 1 })
    .toArray();
  const text = JSON.stringify({
    runs,
    rejected,
    mails: mails.size,
    users: await of('users'),
    permits: await of('permits'),
    changes,
    audit: audit.map(({ state }) => state as unknown),
    backups: await world.backups(clientId),
    failed: await world.readBackup(clientId, 'changes.failed.csv'),
  });
  // A sequence number that was given out and lost in a crash leaves a gap, which is nothing to anybody.
  const comparable = text
    .replaceAll(clientId, 'CLIENT')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"')
    .replace(/CLIENT-[23]\b/g, 'CLIENT-2')
    .replace(/"seq":[23]\b/g, '"seq":2');
  return JSON.parse(comparable);
}

describe('an import whose process is killed', () => {
  let undisturbed: unknown;
  let calls: number;
  beforeAll(async () => {
    const clientId = await prepare('undisturbed');
    const { ports, seen } = mortal(world.ports, { at: 0, when: 'before' });
    await importWith(clientId, ports);
    undisturbed = await whatIsThere(clientId);
    calls = seen.calls;
  });

  it('has the counts of the sample when nothing happens', () => {
    expect(undisturbed).toMatchObject({
      mails: 1,
      runs: [
        {
          state: 'finished',
          counts: { records: 23, created: 3, updated: 5, unchanged: 3, rejected: 11, repeated: 1, archived: 1, permitsReleased: 1 },
        },
        {},
      ],
    });
    expect(calls).toBeGreaterThan(30);
  });

  it.each(['before', 'after'] as const)(
    'ends the same when it dies %s any of its calls',
    async (when) => {
      for (let at = 1; at <= calls; at++) {
        const clientId = await prepare(`killed-${when}-${at}`);
        const { ports, seen } = mortal(world.ports, { at, when });
        await importWith(clientId, ports);
        try {
          expect(await whatIsThere(clientId)).toEqual(undisturbed);
        } catch (error) {
          throw new Error(`killed ${when} call ${at} (${seen.last}): ${(error as Error).message}`, { cause: error });
        }
      }
    },
    600_000,
  );
});
