// Somebody terminates, cancels or resets a workflow in the Temporal UI, in any phase of it: the client's next file goes on, `list`, `show`
// and `doctor` say what happened, and what they name to type brings it to the end of an undisturbed run.

import { endState, type EndState } from '../support/end-state';
import { until } from '../support/product';
import { TroubledWorld, type Gate } from '../support/troubled-world';
import type { scanFolders } from '../../workflows';
import { TASK_QUEUES, type ScanFoldersInput } from '../../workflows/messages';

const ACTS = ['terminate', 'cancel', 'reset'] as const;
type Act = (typeof ACTS)[number];

/** The call at which it is kept, so that the act meets it there: of which port, for the import or its client. */
type KeptAt = readonly [call: string, of: 'import' | 'client', n?: number];

const OF_IMPORTS: readonly (readonly [phase: string, keptAt: KeptAt | null])[] = [
  // The first one notes its turn.
  ['queued', ['imports.updateIf', 'import', 2]],
  ['inspecting', ['imports.putChunks', 'import']],
  ['held', null],
  ['applying', ['imports.setChunkResult', 'import']],
  ['releasing', ['permits.release', 'import']],
  ['backing-up', ['files.backUp', 'import']],
  ['reporting', ['outbox.state', 'import']],
];

const OF_UNDOS: readonly (readonly [phase: string, keptAt: KeptAt])[] = [
  ['users', ['undos.setChunkResult', 'import']],
  ['permits', ['permits.giveBack', 'import']],
  ['reporting', ['outbox.state', 'import']],
];

const OF_INBOXES: readonly (readonly [phase: string, keptAt: KeptAt])[] = [
  ['takes files', ['files.claim', 'client']],
  ['waits for an import', ['imports.setChunkResult', 'import']],
];

const table = (...rows: readonly string[]) => ['unique_id,login_source,first_name,user_name,email,active', ...rows, ''].join('\r\n');
const LOAD = table('a,OPSCOM,Ana,ana,a@x.example,1', 'b,OPSCOM,Ben,ben,b@x.example,1', 'c,OPSCOM,Cy,cy,c@x.example,1', 'd,OPSCOM,Di,di,,1');
/** One has another name, two swap their e-mails, one is gone and holds a permit, one is new, one is wrong. */
const CHANGES = table(
  'a,OPSCOM,Amy,ana,b@x.example,1',
  'b,OPSCOM,Ben,ben,a@x.example,1',
  'c,OPSCOM,Cy,cy,c@x.example,0',
  'e,OPSCOM,Eve,eve,,1',
  'f,NONE,Flo,,,1',
);
const AFTER = table('z,OPSCOM,Zoe,zoe,,1');

let world: TroubledWorld;
let imported: EndState;
let undone: EndState;

beforeAll(async () => {
  world = await TroubledWorld.start();
  await prepare('calm');
  await start('calm', 'changes.csv', CHANGES);
  await world.rest('calm-2');
  await start('calm', 'after.csv', AFTER);
  expect(await world.rest('calm-3')).toMatchObject({ state: 'finished', outcome: 'imported' });
  expect(await world.show('calm-2')).toMatchObject({
    outcome: 'imported-with-failures',
    counts: { records: 5, created: 1, updated: 3, archived: 1, rejected: 1, permitsReleased: 1 },
    report: 'sent',
  });
  imported = await stateOf('calm');
  await world.ok('undo', 'calm-2', '--reason', 'wrong file');
  await administratorIsTold('calm-2');
  undone = await stateOf('calm');
}, 900_000);
afterAll(() => world.end());

const stateOf = (client: string) => endState(world.db, world.dataDir, client);
const nameOf = (act: Act, phase: string) => `${act}-${phase.replaceAll(' ', '-')}`;

/** A client with four users, one of whom holds a permit. */
async function prepare(client: string, ...settings: readonly string[]): Promise<void> {
  await world.addClient(client, 'archiveOnInactive=true', 'holdAbove.archives=100', 'holdAbove.percent=100', ...settings);
  await start(client, 'load.csv', LOAD);
  await world.rest(`${client}-1`);
  await world.db
    .collection('permits')
    .insertOne({ _id: `${client}/P1` as never, clientId: client, number: 'P1', status: 'active', holder: `${client}/c` });
}

async function start(client: string, name: string, content: string): Promise<void> {
  await world.drop(client, name, content);
  await world.ok('scan', client);
}

function gateAt(client: string, [call, of, n = 1]: KeptAt): Gate {
  return world.gateAt(call, of === 'import' ? `${client}-2` : client, n);
}

async function disturb(act: Act, workflowId: string): Promise<void> {
  const handle = world.temporal.workflow.getHandle(workflowId);
  if (act === 'terminate') await handle.terminate('by hand');
  else if (act === 'cancel') await handle.cancel();
  else {
    const { events } = await handle.fetchHistory();
    const first = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed != null);
    await world.temporal.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      reason: 'by hand',
      requestId: workflowId,
      workflowTaskFinishEventId: first!.eventId!,
    });
  }
}

/** What the doctor says about an import, and whether it calls for somebody. */
async function doctorOn(importId: string): Promise<readonly string[]> {
  const { checks } = JSON.parse((await world.cli('doctor', '--json')).stdout) as {
    readonly checks: readonly { readonly detail: string; readonly todo?: string }[];
  };
  return checks.flatMap(({ detail, todo }) => (todo !== undefined && new RegExp(`\\b${importId}\\b`).test(detail) ? [detail] : []));
}

/** All three say that somebody has to do something, and `show` says what. */
async function callsFor(command: string, importId: string): Promise<void> {
  const client = importId.replace(/-\d+$/, '');
  expect(await world.ok('show', importId)).toContain(`imports ${command}`);
  expect(await doctorOn(importId)).toHaveLength(1);
  expect(await world.ok('list', '--client', client)).toMatch(new RegExp(`needs? you: .*${importId}`));
}

async function nobodyIsNeeded(client: string): Promise<void> {
  expect(await world.ok('list', '--client', client)).not.toContain('need');
  expect(await doctorOn(`${client}-2`)).toEqual([]);
}

/** `isUnclosed` = it ended without its last step: what it left in `work/` goes at night, a day later. */
async function endsAs(calm: EndState, client: string, isUnclosed = false): Promise<void> {
  await nobodyIsNeeded(client);
  const state = await stateOf(client);
  expect(isUnclosed ? { ...state, work: calm['work'] } : state).toEqual(calm);
  expect(new Set((await world.mailsTo(client)).map(({ messageId }) => messageId)).size).toBe(1);
}

describe('an import', () => {
  it.each(OF_IMPORTS)('that is %s', (phase, keptAt) =>
    Promise.all(
      ACTS.map(async (act) => {
        const client = nameOf(act, phase);
        const importId = `${client}-2`;
        await prepare(client, ...(phase === 'held' ? ['holdAbove.archives=0'] : []));
        const gate = keptAt === null ? undefined : gateAt(client, keptAt);
        await start(client, 'changes.csv', CHANGES);
        await (gate?.reached ?? world.rest(importId, ['held']));
        expect(await world.show(importId)).toMatchObject({ state: phase });
        await world.drop(client, 'after.csv', AFTER);
        await world.ok('scan', client);

        await disturb(act, `import/${importId}`);
        let isUnclosed = false;
        // One that is cancelled waits for its step. Else what it was doing ends late, beside the retry.
        if (act === 'reset' || (act === 'cancel' && phase !== 'reporting')) gate?.open();
        if (act !== 'reset') {
          await world.rest(`${client}-3`);
          // Where no turn ended, nobody looked.
          if (act === 'terminate') await world.standingPass();
          const { state } = await world.rest(importId);
          isUnclosed = state === 'finished';
          const again = isUnclosed ? ['resend-report', importId] : ['retry', importId];
          await callsFor(again.join(' '), importId);
          const asked = world.ok(...again, ...(isUnclosed ? [] : ['--reason', 'go on']));
          gate?.open();
          await asked;
        }
        if (phase === 'held') {
          await world.rest(importId, ['held']);
          await callsFor(`approve ${importId}`, importId);
          await world.ok('approve', importId, '--reason', 'they are gone');
        }
        await world.rest(`${client}-3`, ['finished']);
        await world.rest(importId, ['finished']);
        await world.hasEnded(importId);
        await endsAs(imported, client, isUnclosed);
      }),
    ),
  );
});

describe('an undo', () => {
  it.each(OF_UNDOS)('of %s', (phase, keptAt) =>
    Promise.all(
      ACTS.map(async (act) => {
        const client = nameOf(act, `undo-${phase}`);
        const importId = `${client}-2`;
        await prepare(client);
        for (const [n, [name, content]] of [['changes.csv', CHANGES] as const, ['after.csv', AFTER] as const].entries()) {
          await start(client, name, content);
          await world.rest(`${client}-${n + 2}`);
        }
        const gate = gateAt(client, keptAt);
        const asked = world.cli('undo', importId, '--reason', 'wrong file');
        await gate.reached;

        await disturb(act, `undo/${importId}`);
        const isMailLeft = phase === 'reporting';
        if (act === 'reset' || (act === 'cancel' && !isMailLeft)) gate.open();
        if (act !== 'reset') {
          if (isMailLeft) await until('the undo to be without its e-mail', () => hasNoMail(importId));
          else expect((await asked).stderr).toContain(`imports undo ${importId}`);
          const again = isMailLeft ? ['resend-report', importId, '--undo'] : ['undo', importId];
          await callsFor(again.join(' '), importId);
          const done = world.ok(...again, ...(isMailLeft ? [] : ['--reason', 'go on']));
          gate.open();
          await done;
        }
        await administratorIsTold(importId);
        await endsAs(undone, client);
      }),
    ),
  );
});

const undoOf = (importId: string) => world.db.collection('undos').findOne({ _id: importId as never });

function administratorIsTold(importId: string): Promise<unknown> {
  return until('the administrator to be told', async () => (await undoOf(importId))?.['report'] === 'sent');
}

/** Once a standing pass has noticed. */
async function hasNoMail(importId: string): Promise<boolean> {
  await world.standingPass();
  return (await undoOf(importId))?.['report'] === 'failed';
}

describe('the inbox of a client', () => {
  it.each(OF_INBOXES)('that %s', (phase, keptAt) =>
    Promise.all(
      ACTS.map(async (act) => {
        const client = nameOf(act, phase);
        await prepare(client);
        const gate = gateAt(client, keptAt);
        await start(client, 'changes.csv', CHANGES);
        await gate.reached;
        await world.drop(client, 'after.csv', AFTER);
        await world.ok('scan', client);

        const inbox = world.temporal.workflow.getHandle(`inbox/${client}`);
        const { runId } = await inbox.describe();
        await disturb(act, inbox.workflowId);
        gate.open();
        // Nobody has to do anything: the next pass and the next tick make up for what it had been told.
        await world.temporal.workflow
          .getHandle(inbox.workflowId, runId)
          .result()
          .catch(() => undefined);
        await world.standingPass();
        await world.ok('scan', client);
        await world.rest(`${client}-2`, ['finished']);
        await world.rest(`${client}-3`, ['finished']);
        await endsAs(imported, client);
      }),
    ),
  );
});

it('a scan', () =>
  Promise.all(
    ACTS.map(async (act, n) => {
      const client = nameOf(act, 'scan');
      // No other client has this one.
      const schedule = `${30 + n}h`;
      await prepare(client, `schedule=${schedule}`);
      const tick = () => {
        const args: [ScanFoldersInput] = [{ schedule: `every-${schedule}` }];
        return world.temporal.workflow.start<typeof scanFolders>('scanFolders', {
          taskQueue: TASK_QUEUES.imports,
          workflowId: `scan/${client}`,
          args,
        });
      };
      const gate = gateAt(client, ['files.readyFiles', 'client']);
      await world.drop(client, 'changes.csv', CHANGES);
      const scan = await tick();
      await gate.reached;
      await disturb(act, scan.workflowId);
      gate.open();
      if (act !== 'reset') {
        await scan.result().catch(() => undefined);
        await tick();
      }
      await world.rest(`${client}-2`);
      await start(client, 'after.csv', AFTER);
      await world.rest(`${client}-3`);
      await endsAs(imported, client);
    }),
  ));
