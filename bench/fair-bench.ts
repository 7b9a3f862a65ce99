// Whether one client's large file makes others wait: many clients upload a small file each, spread over a minute, first with nothing else to
// do, then while another client's large file is imported.
//
//   npm run bench:fair                                                200 clients with 1,000 records each, one with 1,000,000
//   npm run bench:fair -- --clients 50 --small 1000 --large 300000    a smaller look

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectMongo, type Mongo } from '../src/adapters/mongo/connect-mongo';
import { connectImportsControl } from '../src/adapters/temporal/imports-control';
import type { Client } from '../src/domain/client';
import type { ClientId } from '../src/domain/ids';
import { announceUpload } from '../src/processes/announce-upload';
import { numberOption, rounded, runBench, startProduct, type Running } from './start-product';

const SPREAD_MS = 60_000;

interface Bench {
  readonly product: Running;
  readonly mongo: Mongo;
  readonly announce: (clientId: ClientId) => Promise<void>;
  readonly dir: string;
}

interface Waits {
  readonly files: number;
  readonly medianSeconds: number;
  readonly p99Seconds: number;
  readonly longestSeconds: number;
}

function csv(from: number, records: number): string {
  const lines = ['unique_id,login_source,first_name,last_name,email,city,active'];
  for (let n = from; n < from + records; n++) lines.push(`${n},OPSCOM,First${n},Last${n},user${n}@example.edu,Ottawa,1`);
  return `${lines.join('\r\n')}\r\n`;
}

/** As the front door does it when an upload is complete. */
async function upload({ product, announce, dir }: Bench, clientId: ClientId, content: string): Promise<void> {
  const staged = path.join(dir, clientId);
  writeFileSync(staged, content);
  renameSync(staged, path.join(product.dataDir, 'clients', clientId, 'users.csv'));
  await announce(clientId);
}

/** Like the one that was added by hand; a thousand commands would take half an hour. */
async function addClients({ product, mongo }: Bench, ids: readonly ClientId[]): Promise<void> {
  const addresses = ['--failed-import-email', 'it@model.example', '--reply-to-admin-email', 'admin@model.example'];
  await product.json('client', 'add', 'model', ...addresses);
  const model = (await mongo.clients.find('model' as ClientId)) as Client;
  for (const clientId of ids) {
    await mongo.clients.add({ ...model, clientId });
    mkdirSync(path.join(product.dataDir, 'clients', clientId), { recursive: true });
  }
}

/** From the upload to the end of the import. */
async function uploadAll(bench: Bench, clients: readonly ClientId[], content: string): Promise<Waits> {
  // The clock of the file system is a few milliseconds behind.
  const since = new Date(Date.now() - 100);
  for (const clientId of clients) {
    await upload(bench, clientId, content);
    await sleep(SPREAD_MS / clients.length);
  }
  const ended = async () =>
    (await bench.mongo.imports.list({ clientIds: clients, states: ['finished'], limit: 10_000 })).filter(
      ({ receivedAt }) => receivedAt > since,
    );
  while ((await ended()).length < clients.length) await sleep(500);
  const seconds = (await ended()).map((run) => (run.finishedAt!.getTime() - run.receivedAt.getTime()) / 1000).sort((a, b) => a - b);
  const at = (share: number) => rounded(seconds[Math.min(seconds.length - 1, Math.floor(seconds.length * share))]!);
  return { files: seconds.length, medianSeconds: at(0.5), p99Seconds: at(0.99), longestSeconds: at(1) };
}

runBench(async (dir) => {
  const small = numberOption('small', 1_000);
  const large = numberOption('large', 1_000_000);
  const clients = Array.from({ length: numberOption('clients', 200) }, (_, n) => `small-${n}` as ClientId);
  const product = await startProduct(path.join(dir, 'data'), { IMPORTS_QUIET_SECONDS: '1' });
  const mongo = await connectMongo(product.endpoints.mongodbUri);
  const control = connectImportsControl({ env: {}, address: product.endpoints.temporalAddress, payloadKeys: [], uiUrl: null });
  const bench: Bench = { product, mongo, dir, announce: announceUpload({ ...mongo, control }) };
  const largeClient = 'large' as ClientId;
  try {
    await addClients(bench, [...clients, largeClient]);
    // Engine and worker are compiled as they run.
    await upload(bench, largeClient, csv(0, 20_000));
    while ((await mongo.imports.list({ clientIds: [largeClient], states: ['finished'], limit: 1 })).length === 0) await sleep(500);

    const alone = await uploadAll(bench, clients, csv(0, small));
    await upload(bench, largeClient, csv(0, large));
    const beside = await uploadAll(bench, clients, csv(small, small));
    const [run] = await mongo.imports.list({ clientIds: [largeClient], limit: 1 });
    console.table({ alone, 'beside the large file': beside });
    console.log(`p99 beside to alone: ${(beside.p99Seconds / alone.p99Seconds).toFixed(2)}; the large file was then ${run!.state}.`);
  } finally {
    await control.close();
    await mongo.close();
    await product.stop();
  }
});
