// Who of a client may write: one at a time, in the order in which they asked, whatever happens to inboxes and workflows. The real steps and
// stores; Temporal's part is a table of workflows that tests fill in.

import type { NextTurn } from '../../activities/turn/next-turn';
import type { ClientId, ImportId } from '../../src/domain/ids';
import type { ImportState } from '../../src/domain/import-state';
import type { Writer } from '../../src/domain/turn';
import { claim, putInto, startWorld, stepsOver, type World } from '../support/in-process-import';

let world: World;
/** The workflows that Temporal knows, by `import/<id>` and `undo/<id>`. */
const workflows = new Map<string, Writer>();
/** The e-mails that workflows are sending: `report <id>` and `undo <id>`. */
const sending = new Set<string>();
let woken: string[] = [];
let now = 0;

beforeAll(async () => {
  const real = await startWorld();
  const inboxes = {
    ...real.ports.inboxes,
    wake: async (clientId: ClientId) => void woken.push(clientId),
    writer: async (importId: ImportId, kind: 'import' | 'undo') => workflows.get(`${kind}/${importId}`),
    isSending: async (importId: ImportId, mail: 'report' | 'undo') => sending.has(`${mail} ${importId}`),
  };
  world = { ...real, ports: { ...real.ports, inboxes, clock: { now: () => new Date(Date.now() + now) } } };
});
beforeEach(() => {
  workflows.clear();
  sending.clear();
  woken = [];
  now = 0;
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source\n';
const steps = () => stepsOver(world.ports);
const next = async (clientId: ClientId, look = false) => {
  if (look) await world.ports.turns.askLook(clientId);
  return steps().nextTurn({ clientId });
};
const theRun = async (importId: ImportId) => (await world.ports.imports.find(importId))!;

/** A client with this many claimed files, oldest first. */
async function withFiles(name: string, count: number): Promise<{ clientId: ClientId; ids: ImportId[] }> {
  const clientId = await world.addClient(name);
  for (let n = 1; n <= count; n++) {
    await world.drop(clientId, `${n}.csv`, `${HEADER}${n},OPSCOM\n`);
    await claim(world.ports, clientId);
  }
  return { clientId, ids: (await world.ports.imports.inOrder(clientId, ['queued'])).map(({ importId }) => importId) };
}

/** As the inbox does it: the workflow is started with its turn. */
function starts(given: NextTurn, isRunning = true): number {
  if (given.kind !== 'start') throw new Error(`expected a start, not ${given.kind}`);
  workflows.set(`${given.what}/${given.importId}`, { isRunning, turn: given.turn });
  return given.turn;
}

it('gives turns one after the other: files by age, a retry and an undo when they were asked for', async () => {
  const { clientId, ids } = await withFiles('in-order', 3);
  const [one, two, three] = ids as [ImportId, ImportId, ImportId];
  await putInto(world, one, 'finished', { outcome: 'imported' });
  await putInto(world, two, 'failed');
  now = 60_000;
  await world.ports.undos.request(one, { clientId, reason: 'x', by: 'pat', requestedAt: world.ports.clock.now() });
  now = 120_000;
  await world.ports.imports.advance(two, 'queued', { askedAt: world.ports.clock.now(), turn: null });

  const order: string[] = [];
  for (let given = await next(clientId); given.kind === 'start'; given = await next(clientId)) {
    order.push(`${given.what} ${given.importId}`);
    starts(given);
    expect(await next(clientId)).toMatchObject({ kind: 'wait', importId: given.importId });
    if (given.what === 'undo') await world.ports.undos.updateOpen(given.importId, given.turn, { finishedAt: new Date() });
    else await putInto(world, given.importId, 'reporting');
  }
  expect(order).toEqual([`import ${three}`, `undo ${one}`, `import ${two}`]);
});

it('gives one turn once, however many inboxes ask', async () => {
  const { clientId, ids } = await withFiles('many-ask', 2);
  const answers = await Promise.all(Array.from({ length: 12 }, () => next(clientId)));
  const turns = answers.filter((answer) => answer.kind === 'start').map(({ importId, turn }) => `${importId} ${turn}`);
  expect(new Set(turns)).toEqual(new Set([`${ids[0]} 1`]));
});

it('starts with the same turn again what an inbox was told to start and did not', async () => {
  const { clientId } = await withFiles('not-started', 2);
  const given = await next(clientId);
  expect(await next(clientId)).toEqual(given);
  starts(given);
  expect(await next(clientId)).toMatchObject({ kind: 'wait' });
});

it('starts it also when the inbox died between the grant and the note of it on the import', async () => {
  const { clientId, ids } = await withFiles('not-noted', 1);
  await world.ports.turns.give(clientId, 0, { kind: 'import', importId: ids[0]! });
  expect(await next(clientId)).toMatchObject({ kind: 'start', importId: ids[0], turn: 1, attempt: 1 });
  expect(await theRun(ids[0]!)).toMatchObject({ turn: 1, attempts: 1 });
});

it.each<ImportState>(['queued', 'inspecting', 'applying', 'releasing', 'backing-up'])(
  'finds an import whose workflow was ended from outside while it was %s, rests, and goes on with the next',
  async (state) => {
    const { clientId, ids } = await withFiles(`ended-${state}`, 2);
    starts(await next(clientId), false);
    await putInto(world, ids[0]!, state);
    const rest = await next(clientId);
    expect(rest).toMatchObject({ kind: 'rest' });
    expect(await theRun(ids[0]!)).toMatchObject({ state: 'failed', failure: expect.stringContaining('ended from outside') });
    now = 10_001;
    expect(await next(clientId)).toMatchObject({ kind: 'start', importId: ids[1] });
  },
);

it.each<ImportState>(['queued', 'failed', 'undone'])(
  'rests as well when support was faster to notice, and the import is %s by now',
  async (state) => {
    const { clientId, ids } = await withFiles(`noticed-${state}`, 2);
    const turn = starts(await next(clientId));
    workflows.set(`import/${ids[0]}`, { isRunning: false, turn, stoppedAt: new Date() });
    await putInto(world, ids[0]!, state, { turn: state === 'queued' ? null : turn });
    expect(await next(clientId)).toMatchObject({ kind: 'rest' });
    now = 10_001;
    expect(await next(clientId)).toMatchObject({ kind: 'start', turn: turn + 1 });
  },
);

it.each<ImportState>(['held', 'reporting', 'failed', 'cancelled', 'finished'])(
  'gives the turn of an import that is %s to the next at once',
  async (state) => {
    const { clientId, ids } = await withFiles(`over-${state}`, 2);
    starts(await next(clientId));
    await putInto(world, ids[0]!, state);
    expect(await next(clientId)).toMatchObject({ kind: 'start', importId: ids[1], turn: 2 });
  },
);

it('gives a retried or approved import another turn, also while its last run is closing', async () => {
  const { clientId, ids } = await withFiles('again', 1);
  const first = starts(await next(clientId));
  await putInto(world, ids[0]!, 'held');
  await world.ports.imports.advance(ids[0]!, 'queued', { turn: null });
  const second = await next(clientId);
  expect(second).toMatchObject({ kind: 'start', importId: ids[0], turn: first + 1, attempt: 1 });
  // The inbox could not start it: a workflow of that id is still there.
  expect(await next(clientId)).toEqual({ kind: 'wait', importId: ids[0], poll: 1_000 });
  workflows.set(`import/${ids[0]}`, { isRunning: false, turn: first });
  expect(await next(clientId)).toEqual(second);
});

it('an undo whose workflow was ended from outside is told as stopped, and may be asked for again', async () => {
  const { clientId, ids } = await withFiles('undo-ended', 1);
  const [importId] = ids as [ImportId];
  await putInto(world, importId, 'finished', { outcome: 'imported' });
  const ask = () => world.ports.undos.request(importId, { clientId, reason: 'x', by: 'pat', requestedAt: world.ports.clock.now() });
  await ask();
  const turn = starts(await next(clientId), false);
  expect(await next(clientId)).toMatchObject({ kind: 'rest' });
  expect(await world.ports.undos.find(importId)).toMatchObject({ failure: expect.stringContaining('ended from outside') });
  await ask();
  now = 10_001;
  expect(await next(clientId)).toMatchObject({ kind: 'start', what: 'undo', turn: turn + 1 });
});

it('starts nothing of a paused client, and all of it when it is resumed', async () => {
  const { clientId, ids } = await withFiles('paused', 1);
  await world.ports.clients.pause(clientId, { at: new Date(), by: 'sam', reason: 'they clean up' });
  await world.drop(clientId, 'later.csv', `${HEADER}9,OPSCOM\n`);
  expect(await next(clientId, true)).toEqual({ kind: 'nothing' });
  expect(await world.ports.imports.inOrder(clientId, ['queued'])).toHaveLength(1);
  await world.ports.clients.resume(clientId, { at: new Date(), by: 'sam', reason: 'done' });
  expect(await next(clientId, true)).toMatchObject({ kind: 'start', importId: ids[0] });
  expect(await world.ports.imports.inOrder(clientId, ['queued'])).toHaveLength(2);
});

it('lets an undo of a paused client begin, whatever waits for the end of the pause', async () => {
  const { clientId, ids } = await withFiles('paused-undo', 2);
  const [ended, queued] = ids as [ImportId, ImportId];
  await putInto(world, ended, 'finished', { outcome: 'imported' });
  await world.ports.clients.pause(clientId, { at: new Date(), by: 'sam', reason: 'a wrong file' });
  await world.ports.undos.request(ended, { clientId, reason: 'x', by: 'pat', requestedAt: world.ports.clock.now() });
  expect(await next(clientId)).toMatchObject({ kind: 'start', what: 'undo', importId: ended });
  expect(await world.ports.imports.inOrder(clientId, ['queued'])).toMatchObject([{ importId: queued }]);
});

it('looks for files only when it is told to, and completes a claim that was begun in any case', async () => {
  const clientId = await world.addClient('looks');
  await world.drop(clientId, 'a.csv', `${HEADER}1,OPSCOM\n`);
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(await next(clientId)).toEqual({ kind: 'nothing' });
  expect(await next(clientId, true)).toMatchObject({ kind: 'start', fileName: 'a.csv' });
  const [begun] = await world.ports.imports.inOrder(clientId, ['queued']);
  await putInto(world, begun!.importId, 'claiming', { turn: null });
  await world.ports.turns.free(clientId, 1, null);
  expect(await next(clientId)).toMatchObject({ kind: 'start', importId: begun!.importId });
});

describe('the standing pass', () => {
  it('wakes clients that have something to do, and nobody else', async () => {
    const queued = await withFiles('pass-queued', 1);
    const held = await withFiles('pass-held', 1);
    await putInto(world, held.ids[0]!, 'held');
    workflows.set(`import/${held.ids[0]}`, { isRunning: true, turn: 1 });
    await world.addClient('pass-idle');
    await steps().wakeWaiting();
    expect(woken).toContain(queued.clientId);
    expect(woken).not.toContain(held.clientId);
    expect(woken).not.toContain('pass-idle');
  });

  it('finds a held import whose workflow is gone', async () => {
    const { ids } = await withFiles('pass-gone', 1);
    await putInto(world, ids[0]!, 'held');
    await steps().wakeWaiting();
    expect(await theRun(ids[0]!)).toMatchObject({ state: 'failed', failure: expect.stringContaining('ended from outside') });
  });

  it('ends an import that was terminated while it sent its e-mail: it is good, and its report failed', async () => {
    const { ids } = await withFiles('pass-reporting', 1);
    await putInto(world, ids[0]!, 'reporting', { outcome: 'imported-with-failures', report: 'pending', turn: 1 });
    await steps().wakeWaiting();
    expect(await theRun(ids[0]!)).toMatchObject({ state: 'finished', outcome: 'imported-with-failures', report: 'failed' });
    expect(await world.ports.outbox.whyFailed(ids[0]!, 'report')).toContain('before the mail server had taken the e-mail');
  });

  it.each(['report', 'undo'] as const)(
    'says that an e-mail was not sent (%s) once nobody sends it any more, whoever began to',
    async (kind) => {
      const { imports, undos, outbox } = world.ports;
      const { clientId, ids } = await withFiles(`pass-${kind}`, 1);
      const [importId] = ids as [ImportId];
      await putInto(world, importId, 'undone', {
        outcome: 'refused',
        report: kind === 'report' ? 'pending' : 'sent',
        finishedAt: new Date(),
      });
      await undos.request(importId, { clientId, reason: 'x', by: 'pat', requestedAt: new Date() });
      await undos.updateOpen(importId, null, { finishedAt: new Date() });
      await undos.update(importId, { report: kind === 'undo' ? 'pending' : 'sent' });
      const reports = async () => [(await imports.find(importId))!.report, (await undos.find(importId))!.report];
      // As `imports resend-report` does it, long after the import or its undo has ended.
      sending.add(`${kind} ${importId}`);
      await steps().wakeWaiting();
      expect(await reports()).toEqual(kind === 'report' ? ['pending', 'sent'] : ['sent', 'pending']);
      sending.clear();
      await steps().wakeWaiting();
      expect(await reports()).toEqual(kind === 'report' ? ['failed', 'sent'] : ['sent', 'failed']);
      expect(await outbox.whyFailed(importId, kind)).toContain('before the mail server had taken the e-mail');
    },
  );
});

describe('a look into the folder that was asked for', () => {
  const file = (n: number) => `${HEADER}${n},OPSCOM\n`;
  const dropped = async (name: string, files = 1) => {
    const clientId = await world.addClient(name);
    for (let n = 1; n <= files; n++) await world.drop(clientId, `${n}.csv`, file(n));
    await new Promise((resolve) => setTimeout(resolve, 15));
    return clientId;
  };
  const isAsked = async (clientId: ClientId) => (await world.ports.turns.find(clientId)).look;

  it('is not lost with the inbox that was told of it: the standing pass wakes another one', async () => {
    const clientId = await dropped('terminated');
    await world.ports.turns.askLook(clientId);
    await steps().wakeWaiting();
    expect(woken).toContain(clientId);
    expect(await next(clientId)).toMatchObject({ kind: 'start', fileName: '1.csv' });
    expect(await isAsked(clientId)).toBe(false);
  });

  it('waits for a file that was touched just now', async () => {
    const clientId = await dropped('not-quiet');
    const patient = { ...world.ports, quietMs: 60_000 };
    await world.ports.turns.askLook(clientId);
    const rest = await stepsOver(patient).nextTurn({ clientId });
    expect(rest).toEqual({ kind: 'rest', ms: expect.any(Number) });
    expect((rest as { ms: number }).ms).toBeLessThanOrEqual(60_000);
    now = 61_000;
    expect(await stepsOver(patient).nextTurn({ clientId })).toMatchObject({ kind: 'start', fileName: '1.csv' });
    expect(await isAsked(clientId)).toBe(false);
  });

  it('stands until all of many files were taken, half of the queue after the other', async () => {
    const clientId = await dropped('many', 51);
    const queued = () => world.ports.imports.inOrder(clientId, ['queued']);
    const one = starts(await next(clientId, true));
    expect([await isAsked(clientId), (await queued()).length]).toEqual([true, 50]);
    await world.ports.turns.free(clientId, one, null);
    for (const { importId } of (await queued()).slice(0, 24)) await putInto(world, importId, 'finished', { outcome: 'imported' });
    const two = starts(await next(clientId));
    expect([await isAsked(clientId), (await queued()).length]).toEqual([true, 26]);
    await world.ports.turns.free(clientId, two, null);
    await putInto(world, (await queued())[0]!.importId, 'finished', { outcome: 'imported' });
    await next(clientId);
    expect([await isAsked(clientId), (await queued()).length]).toEqual([false, 26]);
  });

  it('stands when a file was replaced before it could be taken', async () => {
    const clientId = await dropped('replaced');
    const claimed = async (...asked: Parameters<typeof world.ports.files.claim>) => {
      await world.drop(clientId, '1.csv', file(2));
      return world.ports.files.claim(...asked);
    };
    await world.ports.turns.askLook(clientId);
    const files = { ...world.ports.files, claim: claimed };
    expect(await stepsOver({ ...world.ports, files }).nextTurn({ clientId })).toMatchObject({ kind: 'rest' });
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(await next(clientId)).toMatchObject({ kind: 'start', fileName: '1.csv' });
    expect(await isAsked(clientId)).toBe(false);
  });

  it('is not over when somebody asks while it is under way', async () => {
    const clientId = await dropped('meanwhile', 0);
    await world.ports.turns.askLook(clientId);
    const readyFiles = async (...asked: Parameters<typeof world.ports.files.readyFiles>) => {
      const found = await world.ports.files.readyFiles(...asked);
      await world.ports.turns.askLook(clientId);
      return found;
    };
    await stepsOver({ ...world.ports, files: { ...world.ports.files, readyFiles } }).nextTurn({ clientId });
    expect(await isAsked(clientId)).toBe(true);
  });

  it('is over for a client that is paused: who resumes it asks again', async () => {
    const clientId = await dropped('paused-meanwhile');
    await world.ports.clients.pause(clientId, { at: new Date(), by: 'pat', reason: 'they move' });
    expect(await next(clientId, true)).toEqual({ kind: 'nothing' });
    expect(await isAsked(clientId)).toBe(false);
  });

  it('may be asked for by many at the same moment, the first time too', async () => {
    const clientId = await dropped('at-once', 0);
    await Promise.all(Array.from({ length: 20 }, () => world.ports.turns.askLook(clientId)));
    expect(await world.ports.turns.find(clientId)).toMatchObject({ turn: 0, holder: null, look: true, looks: 20 });
  });
});
