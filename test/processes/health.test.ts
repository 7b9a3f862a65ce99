// What a running product says of itself: health that follows the services it needs, and every metric that deploy/ goes by.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pickPort } from '../../src/embedded/pick-port';
import { expressions, familiesIn, metricsIn } from '../support/deploy-files';
import { Product, until } from '../support/product';

let product: Product;
let worker: string;
let door: string;
beforeAll(async () => {
  const ports = [await pickPort(0), await pickPort(0)] as const;
  [worker, door] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
  product = new Product({ IMPORTS_WORKER_METRICS_PORT: String(ports[0]), IMPORTS_SFTP_METRICS_PORT: String(ports[1]) });
  await product.up();
}, 900_000);
afterAll(() => product.end());

async function healthOf(address: string): Promise<{ status: number; checks: Record<string, string> }> {
  const answer = await fetch(`${address}/healthz`);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  return { status: answer.status, checks };
}

test.each([
  ['temporal', { temporal: 'not ok', mongodb: 'ok' }],
  ['mongo', { temporal: 'ok', mongodb: 'not ok' }],
] as const)(
  'a worker is not well while %s does not answer, and well again when it does; the process lives all the time',
  async (service, checks) => {
    await until('the worker to be well', async () => (await healthOf(worker)).status === 200);
    const pid = Number(readFileSync(path.join(product.data, `run/${service}.pid`), 'utf8'));
    process.kill(pid, 'SIGSTOP');
    try {
      await until('the worker to say so', async () => (await healthOf(worker)).status === 503, 60_000);
      expect((await healthOf(worker)).checks).toEqual(checks);
      expect((await fetch(`${worker}/livez`)).status).toBe(200);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('the worker to be well again', async () => (await healthOf(worker)).status === 200);
  },
);

test('a file that nobody takes is seen at the front door, and every metric that alerts and dashboard go by is served', async () => {
  await product.addClient('acme', '--set', 'startOnUpload=false', '--set', 'schedule=1h');
  expect(
    (
      await product.sftp(
        'acme',
        `put ${product.file('users.csv', 'unique_id,login_source,first_name,last_name\n1,OPSCOM,Ana,Diaz\n')} users.csv`,
      )
    ).code,
  ).toBe(0);
  const waiting = await until('the file to be seen', async () =>
    /^imports_waiting_files\{intake="prompt"\} 1$/m.test(await (await fetch(`${door}/metrics`)).text()),
  );
  expect(waiting).toBe(true);
  // A look that comes before the file was quiet for long enough takes nothing.
  await until('the file to be taken', async () => {
    expect((await product.cli('scan', 'acme')).code).toBe(0);
    return (await product.imports('acme')).length > 0;
  });
  await product.rest('acme', () => true);

  const texts = await Promise.all([worker, door].map(async (address) => (await fetch(`${address}/metrics`)).text()));
  const served = familiesIn(texts.join('\n'));
  expect(expressions.flatMap(metricsIn).filter((name) => !served.has(name))).toEqual([]);
  // Prometheus refuses a text that declares a family twice.
  for (const text of texts) expect(text.match(/^# TYPE \w+/gm)).toHaveLength(familiesIn(text).size);
});
