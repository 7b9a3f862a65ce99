// A scan of very many files, on the real server with a limit that is reached soon. The imports that it starts end at once.

import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../src/config/load-config';
import { resolveTemporal } from '../../src/embedded/resolve-temporal';
import type { scanFolder } from '../../workflows';
import { ImportClient, ImportState } from '../../workflows/search-attributes';
import type { ClientId } from '../../src/domain/ids';
import { cleanEnvironment } from '../support/services';

const FILES = 12;
const AT_ONCE = 3;
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

it('goes on in a new history when its own has become long, with every file once and in order', async () => {
  const left = Array.from({ length: FILES }, (_, n) => ({ importId: `acme-${n + 1}`, fileName: `${n + 1}.csv` }));
  const logger = new DefaultLogger('ERROR');
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'long-scan',
    workflowBundle: await bundleWorkflowCode({ workflowsPath: path.join(__dirname, 'stub-imports.ts'), logger }),
    activities: { claimReadyFiles: async () => ({ files: left.splice(0, AT_ONCE) }) },
  });
  const { workflow } = environment.client;
  const handle = await workflow.start<typeof scanFolder>('scanFolder', { taskQueue: 'long-scan', workflowId: 'scan/acme', args: [input] });
  expect(await worker.runUntil(handle.result())).toEqual({ files: FILES });

  const first = await workflow.getHandle('scan/acme', handle.firstExecutionRunId).describe();
  expect(first.status.name).toBe('CONTINUED_AS_NEW');
  const started: number[] = [];
  for (let n = 1; n <= FILES; n++) started.push((await workflow.getHandle(`import/acme-${n}`).describe()).startTime.getTime());
  expect(started).toEqual(started.toSorted((a, b) => a - b));
});
