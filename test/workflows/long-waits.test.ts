// What waits hours and days, in milliseconds: the workflows as they are, with steps that only say what they were asked.

import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { NO_COUNTS } from '../../src/domain/import-run';
import type { deliverWebhook, importFile } from '../../workflows';
import { TASK_QUEUES, type ImportFileInput, type ImportFileResult } from '../../workflows/messages';
import { startTimeSkipping } from '../support/time-skipping';

const HOUR = 3_600_000;
const importId = 'acme-1' as ImportId;
const input: ImportFileInput = { importId, fileName: 'users.csv', turn: 1 };

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  environment = await startTimeSkipping();
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '../../workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});
afterAll(() => environment.teardown());

type Steps = {
  readonly [Name in keyof Activities]?: (input: Parameters<Activities[Name]>[0]) => Promise<Awaited<ReturnType<Activities[Name]>>>;
};

/** Runs importFile over these steps. */
async function run(steps: Steps): Promise<{ readonly told: Told; readonly result: ImportFileResult }> {
  const usual: Steps = {
    inspectFile: async () => ({ kind: 'accepted', records: 1, chunks: 1 }),
    planArchive: async () => ({ kind: 'decided', goAhead: 'all' }) as never,
    applyChunk: async () => ({ records: 1, needsMore: true }),
    applyDeferred: async () => ({ settled: 0 }),
    releasePermits: async () => ({ released: 0 }),
    backUpFile: async () => ({ outcome: 'imported', counts: NO_COUNTS, report: 'pending' }),
    sendReport: async () => ({ report: 'sent' }),
    markReportFailed: async () => ({ report: 'failed' }),
    closeImport: async () => undefined,
  };
  const { told, result } = await host({ ...usual, ...steps }, (taskQueue) =>
    environment.client.workflow.execute<typeof importFile>('importFile', { taskQueue, workflowId: `import/${taskQueue}`, args: [input] }),
  );
  if ('approved' in result) throw new Error('it waits for a turn');
  return { told, result };
}

/** Steps that were asked for, each with the hours since the start. */
type Told = readonly (readonly [string, number])[];

async function host<R>(steps: Steps, execute: (taskQueue: string) => Promise<R>): Promise<{ readonly told: Told; readonly result: R }> {
  const told: (readonly [string, number])[] = [];
  const started = await environment.currentTimeMs();
  const activities = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [
      name,
      async (asked: never) => {
        told.push([name, Math.round(((await environment.currentTimeMs()) - started) / HOUR)]);
        return step(asked);
      },
    ]),
  );
  const taskQueue = `waits-${Math.random()}`;
  const { nativeConnection: connection } = environment;
  const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities });
  const postman = await Worker.create({ connection, taskQueue: TASK_QUEUES.mail, activities });
  const messenger = await Worker.create({ connection, taskQueue: TASK_QUEUES.webhooks, activities });
  return { told, result: await messenger.runUntil(postman.runUntil(worker.runUntil(execute(taskQueue)))) };
}

it('a mail server that is down for 20 hours delays the e-mail, and it is sent', async () => {
  const back = (await environment.currentTimeMs()) + 20 * HOUR;
  const { told, result } = await run({
    async sendReport() {
      if ((await environment.currentTimeMs()) < back) throw new Error('connection refused');
      return { report: 'sent' };
    },
  });
  expect(result.report).toBe('sent');
  const hours = told.filter(([name]) => name === 'sendReport').map(([, hour]) => hour);
  expect(hours.length).toBeGreaterThan(30);
  expect(hours.at(-1)).toBe(20);
});

it('a mail server that is down for days ends as a failed report of an import that is good', async () => {
  const { told, result } = await run({ sendReport: () => Promise.reject(new Error('connection refused')) });
  expect(result).toMatchObject({ outcome: 'imported', report: 'failed' });
  expect(told.at(-2)).toEqual(['markReportFailed', 24]);
  expect(told.at(-1)![0]).toBe('closeImport');
});

it('an event that no receiver takes for a day is given up, with what the last try said', async () => {
  const given: unknown[] = [];
  const { told, result } = await host(
    {
      sendWebhook: () => Promise.reject(new Error('answered 500')),
      async markWebhookFailed({ why }) {
        given.push(why);
        return { state: 'failed' };
      },
    },
    (taskQueue) =>
      environment.client.workflow.execute<typeof deliverWebhook>('deliverWebhook', {
        taskQueue,
        workflowId: `webhook/${taskQueue}`,
        args: [{ type: 'import.finished', clientId: 'acme' as ClientId, importId, at: 0, receiver: 'client' }],
      }),
  );
  expect([result, given]).toEqual([{ state: 'failed' }, ['answered 500']]);
  expect(told.length).toBeGreaterThan(40);
  expect(told.at(-1)).toEqual(['markWebhookFailed', 24]);
});

it('a database that is gone for five hours only delays the import', async () => {
  const back = (await environment.currentTimeMs()) + 5 * HOUR;
  const { told, result } = await run({
    async applyChunk() {
      if ((await environment.currentTimeMs()) < back) throw new Error('MongoNetworkError');
      return { records: 1, needsMore: true };
    },
  });
  expect(result.outcome).toBe('imported');
  expect(told.find(([name]) => name === 'applyDeferred')).toEqual(['applyDeferred', 5]);
});

/** Steps of an import that is held, and that nobody decides about. */
function heldSteps(decisions: unknown[] = []): Steps {
  return {
    planArchive: async () =>
      ({
        kind: 'hold',
        numbers: { archives: 60, permits: 12, activeUsers: 100, percent: 60, emailChanges: 0, userNameChanges: 0 },
      }) as never,
    markHeld: async () => {
      const since = await environment.currentTimeMs();
      return { since, until: since + 72 * HOUR };
    },
    sendHoldMail: async () => ({ report: 'sent' as const }),
    settleHold: async ({ decision }) => {
      decisions.push(decision);
      return { goAhead: 'declined' };
    },
    backUpFile: async () => ({ outcome: 'declined', counts: NO_COUNTS, report: 'pending' }),
  };
}

it('a held import reminds at half time, and is declined when nobody decides in 72 hours', async () => {
  const decisions: unknown[] = [];
  const { told, result } = await run(heldSteps(decisions));
  expect(decisions).toEqual([null]);
  expect(told.filter(([name]) => name === 'sendHoldMail').map(([, hour]) => hour)).toEqual([0, 36]);
  expect(told.find(([name]) => name === 'settleHold')).toEqual(['settleHold', 72]);
  expect(told.map(([name]) => name)).not.toContain('applyChunk');
  expect(result.outcome).toBe('declined');
});

it('an administrator who could not be asked for a day is written down as not told, with what the last try said', async () => {
  const failed: unknown[] = [];
  const { told, result } = await run({
    ...heldSteps(),
    sendHoldMail: ({ kind }) => (kind === 'hold' ? Promise.reject(new Error('connection refused')) : Promise.resolve({ report: 'sent' })),
    async markReportFailed(mail) {
      failed.push(mail);
      return { report: 'failed' };
    },
  });
  expect(failed).toEqual([{ importId, kind: 'hold', why: 'connection refused' }]);
  expect(told.find(([name]) => name === 'markReportFailed')).toEqual(['markReportFailed', 24]);
  expect(told.find(([name]) => name === 'settleHold')).toEqual(['settleHold', 72]);
  expect(result.outcome).toBe('declined');
});

it('a file whose records were all written takes no step that has nothing to do', async () => {
  const { told, result } = await run({
    applyChunk: async () => ({ records: 1, needsMore: false }),
    backUpFile: async () => ({ outcome: 'imported', counts: NO_COUNTS, report: 'none' }),
  });
  expect(told.map(([name]) => name)).toEqual(['inspectFile', 'planArchive', 'applyChunk', 'backUpFile', 'closeImport']);
  expect(result.report).toBe('none');
});
