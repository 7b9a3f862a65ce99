// An inbox with very many files, on the real server with a limit that is reached soon. The imports that it starts end at once.

import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../src/config/load-config';
import { resolveTemporal } from '../../src/embedded/resolve-temporal';
import type { clientInbox } from '../../workflows';
import { ImportClient, ImportState } from '../../workflows/search-attributes';
import type { ClientId } from '../../src/domain/ids';
import { cleanEnvironment } from '../support/services';

const FILES = 12;
const input = { clientId: 'acme' as ClientId };

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const config = loadConfig(cleanEnvironment());
  const { command } = await resolveTemporal({ config, say: () => {}, signal: new AbortController().signal });
  environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: command },
      searchAttributes: [ImportClient, ImportState],
      extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'],
    },
  });
});
afterAll(() => environment.teardown());

it('goes on in a new history when its own has become long, with every turn once and in order', async () => {
  const left = Array.from({ length: FILES }, (_, n) => n + 1);
  const nextTurn = async () => {
    const n = left.shift();
    if (n === undefined) return { kind: 'nothing' };
    return { kind: 'start', what: 'import', clientId: 'acme', importId: `acme-${n}`, fileName: `${n}.csv`, attempt: 1, turn: n };
  };
  const logger = new DefaultLogger('ERROR');
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'long-inbox',
    workflowBundle: await bundleWorkflowCode({ workflowsPath: path.join(__dirname, 'stub-imports.ts'), logger }),
    activities: { nextTurn },
  });
  const { workflow } = environment.client;
  const started = { taskQueue: 'long-inbox', workflowId: 'inbox/acme', args: [input] as [typeof input] };
  const handle = await workflow.start<typeof clientInbox>('clientInbox', started);
  await worker.runUntil(handle.result());

  expect(left).toEqual([]);
  const first = await workflow.getHandle('inbox/acme', handle.firstExecutionRunId).describe();
  expect(first.status.name).toBe('CONTINUED_AS_NEW');
  const starts: number[] = [];
  for (let n = 1; n <= FILES; n++) starts.push((await workflow.getHandle(`import/acme-${n}`).describe()).startTime.getTime());
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});
