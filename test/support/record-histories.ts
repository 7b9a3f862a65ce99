// Records the histories that test/workflows/replay.test.ts replays: one for each shape of import, from a real server.
//
//   npm run record-histories
//
// Run it when a shape is added. A history that no longer replays is a reason for `patched`, not for a new recording (CONTRIBUTING.md).

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { loadConfig } from '../../src/config/load-config';
import { resolveTemporal } from '../../src/embedded/resolve-temporal';
import { Product, until } from './product';
import { startReceiver } from './webhook-receiver';

const histories = path.join(__dirname, '../histories');
const samples = path.join(__dirname, '../samples/opscom');
const HEADER = 'unique_id,login_source,first_name,last_name,active';
const table = (rows: readonly string[]) => [HEADER, ...rows, ''].join('\n');
const people = (count: number, active: 0 | 1) => Array.from({ length: count }, (_, i) => `${50_000 + i},OPSCOM,A,B,${active}`);

class Recorder {
  readonly product: Product;
  readonly #temporal: Client;

  private constructor(product: Product, temporal: Client) {
    this.product = product;
    this.#temporal = temporal;
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<Recorder> {
    const product = new Product(env);
    await product.up();
    return new Recorder(product, new Client({ connection: await Connection.connect({ address: product.endpoints.temporalAddress }) }));
  }

  async record(shape: string, workflowId: string, runId?: string): Promise<void> {
    const history = historyToJSON(await this.#temporal.workflow.getHandle(workflowId, runId).fetchHistory());
    // Names of machines and processes, and where the code lay, are nobody's business.
    const nameless = history
      .replace(/("stackTrace": ?)"(?:[^"\\]|\\.)*"/g, '$1""')
      .replace(/("identity": ?)"[^"]*"/g, '$1"worker"')
      .replace(/\d+@[\w.-]+-[0-9a-f]{32}/g, 'sticky');
    writeFileSync(path.join(histories, `${shape}.json`), `${nameless}\n`);
    console.log(`recorded ${shape}`);
  }

  drop(client: string, name: string, rows: readonly string[]) {
    return this.product.importFile(client, this.product.file(`${client}-${name}`, table(rows)), name);
  }

  terminate(workflowId: string) {
    return this.#temporal.workflow.getHandle(workflowId).terminate('recording');
  }

  async cancel(workflowId: string): Promise<void> {
    await this.#temporal.workflow.getHandle(workflowId).cancel();
    await this.hasEnded(workflowId);
  }

  /** The workflow that a schedule starts, once it has ended. */
  async recordScheduled(shape: string, scheduleId: string, workflowType: string): Promise<void> {
    await this.#temporal.schedule.getHandle(scheduleId).trigger();
    const query = `WorkflowType = "${workflowType}" AND ExecutionStatus = "Completed"`;
    await until(`${workflowType} to have run`, async () => (await this.#temporal.workflow.count(query)).count > 0);
    const { workflowId, runId } = await this.firstRun(query, 'workflowExecutionCompletedEventAttributes');
    await this.record(shape, workflowId, runId);
  }

  /** However it ends. */
  async hasEnded(workflowId: string): Promise<void> {
    await this.#temporal.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
  }

  /** The first run of a workflow that has such an event: one that continued as new, or an inbox that started an import. */
  async firstRun(query: string, has: string): Promise<{ workflowId: string; runId: string }> {
    for await (const { workflowId, runId } of this.#temporal.workflow.list({ query })) {
      const { events = [] } = await this.#temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      if (events?.some((event) => has in event && event[has as keyof typeof event] != null) === true) return { workflowId, runId };
    }
    throw new Error(`no workflow with ${has}: ${query}`);
  }

  async end(): Promise<void> {
    await this.#temporal.connection.close();
    await this.product.end();
  }
}

async function recordOutcomes(recorder: Recorder): Promise<void> {
  const { product } = recorder;
  await product.addClient('acme', '--archive-on-inactive', '--login-source', 'OPSCOM', '--login-source', 'SAML');
  const shapes = {
    imported: '01-first-load.csv',
    'imported-with-failures': '02-changes-and-failures.csv',
    refused: 'refused-unknown-header.csv',
  };
  for (const [shape, file] of Object.entries(shapes)) {
    const { importId } = await product.importFile('acme', path.join(samples, file));
    await recorder.record(shape, `import/${importId}`);
  }
  const resent = (await product.imports('acme')).find(({ outcome }) => outcome === 'imported-with-failures')!.importId;
  const sent = await product.cli('resend-report', resent);
  if (sent.code !== 0) throw new Error(sent.stderr);
  await recorder.record('resent', `resend/${resent}`);
  const many = await recorder.drop('acme', 'many.csv', people(30_000, 1));
  await recorder.record('many-chunks', `import/${many.importId}`);
  const undone = await product.cli('undo', many.importId, '--reason', 'recording');
  if (undone.code !== 0) throw new Error(undone.stderr);
  await recorder.record('undone', `undo/${many.importId}`);
  const inbox = await recorder.firstRun(
    'WorkflowType = "clientInbox" AND ExecutionStatus = "Completed"',
    'childWorkflowExecutionStartedEventAttributes',
  );
  await recorder.record('inbox', inbox.workflowId, inbox.runId);
}

async function recordSchedules(recorder: Recorder): Promise<void> {
  await recorder.recordScheduled('housekeeping', 'housekeeping', 'keepHouse');
  await recorder.recordScheduled('silence', 'silence', 'watchSilence');
  await recorder.recordScheduled('standing-pass', 'standing-pass', 'wakeWaiting');
  await recorder.recordScheduled('scan', 'scan/every-5m', 'scanFolders');
}

async function recordHolds(recorder: Recorder): Promise<void> {
  const { product } = recorder;
  await product.addClient('strict', '--archive-on-inactive', '--set', 'holdAbove.archives=1');
  await recorder.drop('strict', 'load.csv', people(9, 1));
  const hold = async (name: string, from: number) => (await recorder.drop('strict', name, people(9, 0).slice(from, from + 2))).importId;
  const ended = (importId: string) => product.rest('strict', (item) => item.importId === importId && item.state === 'finished');

  for (const [verdict, from] of [
    ['approve', 0],
    ['decline', 2],
  ] as const) {
    const importId = await hold(`${verdict}.csv`, from);
    const decided = await product.cli(verdict, importId, '--reason', 'recording');
    if (decided.code !== 0) throw new Error(decided.stderr);
    await ended(importId);
    // An approved import has two runs: the one that was held, and the one that went on in another turn.
    const held = await recorder.firstRun(`WorkflowId = "import/${importId}"`, 'workflowExecutionUpdateAcceptedEventAttributes');
    await recorder.record(`held-${verdict}d`, held.workflowId, held.runId);
    if (verdict === 'approve') await recorder.record('approved', `import/${importId}`);
  }
  const retried = await hold('retried.csv', 4);
  await recorder.terminate(`import/${retried}`);
  const again = await product.cli('retry', retried, '--reason', 'recording');
  if (again.code !== 0) throw new Error(again.stderr);
  await until('the retried import to be held', async () => (await product.cli('approve', retried, '--reason', 'recording')).code === 0);
  await ended(retried);
  await recorder.record('retried', `import/${retried}`);

  const cancelled = await hold('cancelled.csv', 2);
  await recorder.cancel(`import/${cancelled}`);
  await recorder.record('cancelled', `import/${cancelled}`);

  const failed = await hold('failed.csv', 2);
  rmSync(path.join(product.data, 'work', failed, 'source'));
  await product.cli('approve', failed, '--reason', 'recording');
  await recorder.hasEnded(`import/${failed}`);
  await recorder.record('failed', `import/${failed}`);

  await (
    await product.db()
  )
    .collection('clients')
    .updateOne({ _id: 'strict' as never }, { $set: { 'settings.approvalTimeoutHours': 0.001 } });
  const timedOut = await hold('timed-out.csv', 6);
  await ended(timedOut);
  await recorder.record('held-timed-out', `import/${timedOut}`);
}

/** A server that finds a history long after 40 events. */
async function recordContinuedAsNew(folder: string): Promise<void> {
  const { env, ...config } = loadConfig(process.env);
  const { command } = await resolveTemporal({ config: { ...config, env }, say: console.error, signal: new AbortController().signal });
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const impatient = '--dynamic-config-value limit.historyCount.suggestContinueAsNew=40';
  writeFileSync(
    path.join(bin, 'temporal'),
    `#!/bin/sh\ncase "$*" in *start-dev*) exec '${command}' "$@" ${impatient};; *) exec '${command}' "$@";; esac\n`,
  );
  chmodSync(path.join(bin, 'temporal'), 0o755);
  const recorder = await Recorder.start({ PATH: `${bin}:${process.env['PATH'] ?? ''}` });
  try {
    await recorder.product.addClient('long');
    await recorder.drop('long', 'long.csv', people(40_000, 1));
    const first = await recorder.firstRun('WorkflowType = "importFile"', 'workflowExecutionContinuedAsNewEventAttributes');
    await recorder.record('continued-as-new', first.workflowId, first.runId);
    await recorder.record('continued', first.workflowId);
  } finally {
    await recorder.end();
  }
}

async function recordWebhook(): Promise<void> {
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
  const receiver = await startReceiver(secret);
  const env = { IMPORTS_WEBHOOK_URL: receiver.url, IMPORTS_WEBHOOK_SECRET: secret, IMPORTS_WEBHOOK_PRIVATE: 'on' };
  const recorder = await Recorder.start(env);
  try {
    await recorder.product.addClient('acme');
    await recorder.drop('acme', 'users.csv', people(3, 1));
    const workflowId = 'webhook/acme-1_finished/installation';
    await recorder.hasEnded(workflowId);
    await recorder.record('webhook', workflowId);
  } finally {
    await recorder.end();
    await receiver.close();
  }
}

async function main(): Promise<void> {
  mkdirSync(histories, { recursive: true });
  const recorder = await Recorder.start();
  try {
    await recordOutcomes(recorder);
    await recordHolds(recorder);
    await recordSchedules(recorder);
    await recordContinuedAsNew(recorder.product.dir);
    await recordWebhook();
  } finally {
    await recorder.end();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
