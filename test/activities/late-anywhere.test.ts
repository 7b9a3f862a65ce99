// A worker that falls asleep at any of its calls to the outside world and wakes up when all is over, the undo of its import included:
// undone stays undone, and nothing of what is there changes any more.

import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, succession, type World } from '../support/in-process-import';
import { undo } from '../support/in-process-undo';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,email,active\n';
const STORES = ['imports', 'deferred', 'rejected', 'users', 'permits', 'changes', 'outbox', 'files', 'csv', 'mailer'] as const;

/** Ports of a worker that sleeps before its n-th call, while `meanwhile` happens. */
function heldBack(at: number, meanwhile: () => Promise<unknown>) {
  const seen = { calls: 0, last: '' };
  const wrap = <T extends object>(port: T, name: string): T =>
    new Proxy(port, {
      get(target, property, receiver) {
        const value: unknown = Reflect.get(target, property, receiver);
        // Where a file lies is known without a look.
        if (typeof value !== 'function' || String(property).endsWith('Path')) return value;
        return (...args: unknown[]): unknown => {
          if (++seen.calls !== at) return value.apply(target, args);
          const late = meanwhile().then((): unknown => value.apply(target, args));
          seen.last = `${name}.${String(property)}`;
          const lines = async function* () {
            yield* (await late) as AsyncIterable<unknown>;
          };
          // Some calls answer with a list to come: that may be late, too.
          return Object.assign(late, { [Symbol.asyncIterator]: lines });
        };
      },
    });
  const ports = { ...world.ports, ...Object.fromEntries(STORES.map((name) => [name, wrap(world.ports[name] as object, name)])) };
  return { seen, ports: ports as ActivityPorts };
}

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
  const clientId = await prepare(`late-${at}`);
  const importId = `${clientId}-2` as ImportId;
  await claim(world.ports, clientId);
  let done: Awaited<ReturnType<typeof whatIsThere>> | undefined;
  const { seen, ports } = heldBack(at, async () => {
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
