// Imports that were recorded must still replay: a change of the order of steps would break those that run during a deployment.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const folder = path.join(__dirname, '../histories');
const histories = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const OTHERS: Readonly<Record<string, string>> = {
  'housekeeping.json': 'housekeeping',
  'inbox.json': 'inbox/acme',
  'resent.json': 'resend/acme-1',
  'scan.json': 'scan/every-5m',
  'silence.json': 'silence',
  'standing-pass.json': 'standing-pass',
  'undone.json': 'undo/acme-1',
  'webhook.json': 'webhook/acme-1_finished/installation',
};
const workflowIdOf = (name: string) => OTHERS[name] ?? 'import/acme-1';

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '../../workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});

describe('recorded histories', () => {
  it('are there for every shape of every workflow', () => {
    expect(histories.map((name) => path.basename(name, '.json')).sort()).toEqual([
      'approved',
      'cancelled',
      'continued',
      'continued-as-new',
      'failed',
      'held-approved',
      'held-declined',
      'held-timed-out',
      'housekeeping',
      'imported',
      'imported-with-failures',
      'inbox',
      'many-chunks',
      'refused',
      'resent',
      'retried',
      'scan',
      'silence',
      'standing-pass',
      'undone',
      'webhook',
    ]);
  });

  it.each(histories)('%s replays', async (name) => {
    await Worker.runReplayHistory({ workflowBundle }, JSON.parse(read(name)), workflowIdOf(name));
  });

  it('would not replay if a step had another name', async () => {
    const tampered = read('imported.json').replaceAll('"inspectFile"', '"readFile"');
    await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(tampered), workflowIdOf('imported.json'))).rejects.toThrow();
  });
});
