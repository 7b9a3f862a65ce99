// What waits hours and days, in milliseconds: the workflows as they are, with steps that only say what they were asked.

import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities';
import type { ImportId } from '../../src/domain/ids';
import { NO_COUNTS } from '../../src/domain/import-run';
import type { importFile } from '../../workflows';
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

/** Runs importFile over these steps; `told` has every step that was asked for, with the hours since the start. */
async function run(steps: Steps): Promise<{ readonly told: readonly (readonly [string, number])[]; readonly result: ImportFileResult }> {
  const told: (readonly [string, number])[] = [];
  const started = await environment.currentTimeMs();
  const usual: Steps = {
    inspectFile: async () => ({ kind: 'accepted', records: 1, chunks: 1 }),
    planArchive: async () => ({ kind: 'decided', goAhead: 'all' }) as never,
    applyChunk: async () => ({ records: 1 }),
    applyDeferred: async () => ({ settled: 0 }),
    releasePermits: async () => ({ released: 0 }),
    backUpFile: async () => ({ outcome: 'imported', counts: NO_COUNTS }),
    sendReport: async () => ({ report: 'sent' }),
    markReportFailed: async () => ({ report: 'failed' }),
    closeImport: async () => undefined,
  };
  const activities = Object.fromEntries(
    Object.entries({ ...usual, ...steps }).map(([name, step]) => [
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
  const result = await postman.runUntil(
    worker.runUntil(
      environment.client.workflow.execute<typeof importFile>('importFile', { taskQueue, workflowId: `import/${taskQueue}`, args: [input] }),
    ),
  );
  if ('approved' in result) throw new Error('it waits for a turn');
  return { told, result };
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

it('a database that is gone for five hours only delays the import', async () => {
  const back = (await environment.currentTimeMs()) + 5 * HOUR;
  const { told, result } = await run({
    async applyChunk() {
      if ((await environment.currentTimeMs()) < back) throw new Error('MongoNetworkError');
      return { records: 1 };
    },
  });
  expect(result.outcome).toBe('imported');
  expect(told.find(([name]) => name === 'applyDeferred')).toEqual(['applyDeferred', 5]);
});

it('a held import reminds at half time, and is declined when nobody decides in 72 hours', async () => {
  const decisions: unknown[] = [];
  const { told, result } = await run({
    planArchive: async () =>
      ({
        kind: 'hold',
        numbers: { archives: 60, permits: 12, activeUsers: 100, percent: 60, emailChanges: 0, userNameChanges: 0 },
      }) as never,
    markHeld: async () => {
      const since = await environment.currentTimeMs();
      return { since, until: since + 72 * HOUR };
    },
    sendHoldMail: async () => undefined,
    settleHold: async ({ decision }) => {
      decisions.push(decision);
      return { goAhead: 'declined' };
    },
    backUpFile: async () => ({ outcome: 'declined', counts: NO_COUNTS }),
  });
  expect(decisions).toEqual([null]);
  expect(told.filter(([name]) => name === 'sendHoldMail').map(([, hour]) => hour)).toEqual([0, 36]);
  expect(told.find(([name]) => name === 'settleHold')).toEqual(['settleHold', 72]);
  expect(told.map(([name]) => name)).not.toContain('applyChunk');
  expect(result.outcome).toBe('declined');
});
