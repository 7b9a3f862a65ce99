// Webhooks as those who receive them know them: through SFTP, Temporal and HTTP. One receiver fails in every way there is, a worker is killed
// meanwhile, and each event is taken once; the other one is the example that people copy.

import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { Product, until } from '../support/product';
import type { wakeWaiting } from '../../workflows';
import { startReceiver, type Answer, type Receiver } from '../support/webhook-receiver';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const people = (active: 0 | 1) =>
  `unique_id,login_source,first_name,active\n${[1, 2, 3].map((n) => `u${n},OPSCOM,Ann${n},${active}\n`).join('')}`;

let product: Product;
let everything: Receiver;
let example: ChildProcess;
beforeAll(async () => {
  everything = await startReceiver(SECRET);
  product = new Product({ IMPORTS_WEBHOOK_URL: everything.url, IMPORTS_WEBHOOK_SECRET: SECRET, IMPORTS_WEBHOOK_PRIVATE: 'on' });
  await product.up();
}, 900_000);
afterAll(async () => {
  example?.kill();
  await everything.close();
  await product.end();
});

/** The example of the page, as a process of its own; the lines it prints. */
async function startExample(client: string): Promise<{ readonly url: string; readonly lines: readonly string[] }> {
  const { secret } = await product.json<{ secret: string }>('webhook', 'secret', client);
  const file = path.join(__dirname, '../../examples/webhook-receiver.mjs');
  example = spawn(process.execPath, [file], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: example.stdout! }).on('line', (line) => lines.push(line));
  const address = await until('the example to listen', async () => /listening on (\S+)/.exec(lines[0] ?? '')?.[1]);
  lines.length = 0;
  return { url: `http://${address}/`, lines };
}

test('each event is taken once, whatever its receiver does and whichever process dies', async () => {
  await product.addClient('acme', '--archive-on-inactive', '--set', 'holdAbove.archives=1');
  const own = await startExample('acme');
  const set = await product.cli('client', 'set', 'acme', `webhookUrl=${own.url}`);
  expect(set).toMatchObject({ code: 0, stderr: '' });

  expect(await product.cli('webhook', 'test', 'acme')).toMatchObject({ code: 0, stdout: expect.stringMatching(/Answer +204, taken/) });
  everything.answer = () => 503;
  expect(await product.cli('webhook', 'test')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/answered 503\nIt said: status 503/),
  });

  const trouble: Answer[] = ['hang', 500, 'redirect', 'reset'];
  const troubled = new Map<string, Answer>();
  everything.answer = ({ id }) => {
    if (troubled.has(id)) return 204;
    const answer = trouble[troubled.size] ?? 503;
    troubled.set(id, answer);
    return answer;
  };

  await product.importFile('acme', product.file('first.csv', people(1)));
  await product.importFile('acme', product.file('refused.csv', 'nonsense\n1\n'));
  const held = await product.importFile('acme', product.file('leavers.csv', people(0)));
  expect(held.state).toBe('held');
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  await new Client({ connection }).workflow.getHandle(`import/${held.importId}`).cancel();
  await product.rest('acme', ({ importId, state }) => importId === held.importId && state === 'cancelled');

  const ids = ['acme-1_finished', 'acme-2_refused', 'acme-3_failed_1', 'acme-3_held_1'];
  await until('every event to have failed once', async () => troubled.size === ids.length);
  process.kill(product.pidOf('worker'), 'SIGKILL');
  await until('every event to be taken', async () => everything.taken.length === ids.length);
  expect(everything.taken.map(({ id }) => id).toSorted()).toEqual(ids);
  expect(new Set(troubled.values())).toEqual(new Set(trouble));

  // Repetitions look the same, nothing was signed wrong, and nobody is named.
  const bodies = ids.map((id) => new Set(everything.requests.filter((request) => request.id === id).map(({ body }) => body)).size);
  expect(bodies).toEqual([1, 1, 1, 1]);
  expect(everything.forged).toBe(0);
  expect(JSON.stringify(everything.requests)).not.toMatch(/Ann|leavers|first\.csv|@/);

  const [tried, ...told] = own.lines.map((line) => line.split(' ', 3).slice(1).join(' '));
  expect(tried).toMatch(/^test_\d+ webhook\.test$/);
  expect(told.toSorted()).toEqual([
    'acme-1_finished import.finished',
    'acme-2_refused file.refused',
    'acme-3_failed_1 import.failed',
    'acme-3_held_1 import.held',
  ]);

  const workflows: string[] = [];
  const query = 'WorkflowType = "deliverWebhook" AND ImportClient = "acme" AND ExecutionStatus = "Completed"';
  await until(
    'the deliveries to have ended',
    async () => (await new Client({ connection }).workflow.count(query)).count === 2 * ids.length,
  );
  for await (const { workflowId } of new Client({ connection }).workflow.list({ query })) workflows.push(workflowId);
  expect(workflows.toSorted()).toEqual(ids.flatMap((id) => [`webhook/${id}/client`, `webhook/${id}/installation`]));
  await connection.close();
  expect((await product.cli('show', 'acme-1')).stdout).not.toContain('Webhook');
  expect((await product.cli('doctor')).stdout).toMatch(/Webhooks +2 receivers/);
});

test('an e-mail goes out while a receiver hangs and far more events wait for it than are sent at once', async () => {
  const MANY = 100;
  await product.addClient('zenith');
  const hung = new Set<string>();
  everything.answer = ({ id }) => {
    hung.add(id);
    return 'hang';
  };
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  const { workflow } = new Client({ connection });
  for (let attempt = 100; attempt < 100 + MANY; attempt++) {
    await workflow.start('deliverWebhook', {
      taskQueue: 'imports',
      workflowId: `webhook/zenith-1_failed_${attempt}/installation`,
      args: [
        { type: 'import.failed', clientId: 'zenith', importId: 'zenith-1', at: 0, attempt, because: 'failed', receiver: 'installation' },
      ],
      priority: { fairnessKey: 'zenith' },
    });
  }
  await until('the receiver to hang', async () => hung.size >= 16);
  await product.importFile('zenith', product.file('wrong.csv', 'unique_id,login_source\nu9,NOPE\n'));
  expect(await product.mails('it@zenith.example')).toHaveLength(1);
  expect(hung.size).toBeLessThan(MANY);
  await connection.close();
});

test('an event whose delivery somebody ends in Temporal is given up, and the import says so', async () => {
  await product.addClient('apex');
  everything.answer = () => 503;
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  const { workflow } = new Client({ connection });
  const [ended, left] = [
    await product.importFile('apex', product.file('ended.csv', people(1))),
    await product.importFile('apex', product.file('left.csv', people(1))),
  ].map(({ importId }) => importId);
  const told = async (importId = '') => /Webhook +(.*\n +.*|.*)/.exec((await product.cli('show', importId)).stdout)?.[1];
  for (const importId of [ended, left]) await until('the event to have failed', async () => (await told(importId))?.includes('retried'));
  await workflow.getHandle(`webhook/${ended}_finished/installation`).terminate('by hand');

  const outbox = (await product.db()).collection('outbox');
  const ids = [ended, left].map((importId) => `${importId}/webhook-finished-installation`);
  await outbox.updateMany({ _id: { $in: ids as never[] } }, { $set: { at: new Date(Date.now() - 2 * 3_600_000) } });
  await workflow.execute<typeof wakeWaiting>('wakeWaiting', { taskQueue: 'imports', workflowId: 'pass-by-hand' });
  expect((await product.cli('show', ended!)).stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /Webhook event apex-1_finished for the receiver of the installation: given up at .*its workflow was ended in Temporal/,
  );
  expect(await told(left)).toContain('retried');
  expect((await product.cli('doctor')).stdout).toContain('1 event of the last 7 days could not be delivered (apex-1)');
  await connection.close();
});
