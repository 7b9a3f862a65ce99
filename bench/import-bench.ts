// End to end against the raw driver, in the same run on the same engine: a file is imported fresh, again unchanged, and again with 10 %
// changed; the raw driver writes the same documents with bulkWrite, in a database of its own with the same indexes.
//
//   npm run bench                     100,000 records
//   npm run bench -- --records 1000000

import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { startProduct, type Running } from './start-product';

const BATCH = 1_000;
const IN_FLIGHT = 4;
const HEADER =
  'unique_id,login_source,first_name,last_name,user_name,email,street,city,province,postal_code,phone_cell,user_type_id,student_no,date_of_birth,active';

interface Row {
  readonly case: 'fresh' | 'unchanged' | '10 % changed';
  readonly records: number;
  readonly importedPerSecond: number;
  readonly rawPerSecond: number;
  readonly ratio: number;
  /** Processor time, user and system, of the worker and of the process that drives the raw driver: it holds on a busy machine, too. */
  readonly workerMicrosPerRecord: number;
  readonly rawMicrosPerRecord: number;
  readonly workerPeakMiB: number;
  readonly historyEvents: number;
}

function line(i: number, changed: boolean): string {
  const city = changed ? 'Gatineau' : 'Ottawa';
  return `${100_000 + i},OPSCOM,First${i},Last${i},user${i},user${i}@example.edu,"${i} King St, Apt ${i % 50}",${city},ON,K1A 0B1,613-555-${String(i % 10_000).padStart(4, '0')},1,S-${i},1999-02-28,1\r\n`;
}

async function writeFile(file: string, records: number, isChanged: (i: number) => boolean): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${HEADER}\r\n`);
  for (let i = 0; i < records; i++) {
    if (!out.write(line(i, isChanged(i)))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** Peak resident memory since the last reset, in MiB. */
function peakMiB(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
}

/** Processor time of a process so far, in microseconds. Linux counts in hundredths of a second. */
function cpuMicros(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function importOnce(
  product: Running,
  client: string,
  file: string,
): Promise<{ readonly seconds: number; readonly importId: string }> {
  const folder = path.join(product.dataDir, 'clients', client);
  renameSync(file, path.join(folder, path.basename(file)));
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const known = new Set((await product.json<{ importId: string }[]>('list', '--client', client)).map(({ importId }) => importId));
  await product.json('scan', client);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const items = await product.json<
      { importId: string; state: string; startedAt: string; finishedAt: string; counts: Record<string, number> }[]
    >('list', '--client', client);
    const item = items.find(({ importId, state }) => !known.has(importId) && (state === 'finished' || state === 'failed'));
    if (item === undefined) continue;
    if (item.state === 'failed') throw new Error(`import ${item.importId} failed`);
    return { seconds: (Date.parse(item.finishedAt) - Date.parse(item.startedAt)) / 1000, importId: item.importId };
  }
}

/** Writes documents in batches with a few in flight; returns seconds. */
async function rawWrites(documents: AsyncIterable<readonly mongo.AnyBulkWriteOperation[]>, collection: mongo.Collection): Promise<number> {
  const started = performance.now();
  const inFlight = new Set<Promise<unknown>>();
  for await (const operations of documents) {
    const write: Promise<unknown> = collection.bulkWrite([...operations], { ordered: false }).finally(() => inFlight.delete(write));
    inFlight.add(write);
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return (performance.now() - started) / 1000;
}

/** The users as the import left them, as insert or as upsert operations. Read beforehand, so that reading is not timed. */
async function operationsOf(users: mongo.Collection, client: string, as: 'insert' | 'upsert'): Promise<mongo.AnyBulkWriteOperation[][]> {
  const batches: mongo.AnyBulkWriteOperation[][] = [[]];
  for await (const document of users.find({ clientId: client }, { batchSize: 2_000 })) {
    if (batches.at(-1)!.length === BATCH) batches.push([]);
    const { _id, ...set } = document;
    batches
      .at(-1)!
      .push(as === 'insert' ? { insertOne: { document } } : { updateOne: { filter: { _id }, update: { $set: set }, upsert: true } });
  }
  return batches;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Engine, driver and worker are compiled as they run: each does its work once before it is timed. */
async function warmUp(product: Running, users: mongo.Collection, raw: mongo.Collection, dir: string): Promise<void> {
  await addClient(product, 'warm');
  const file = path.join(dir, 'files/warm-up.csv');
  await writeFile(file, 20_000, () => false);
  await importOnce(product, 'warm', file);
  for (const index of await users.indexes()) {
    if (index.name !== '_id_') await raw.createIndex(index.key, { unique: index.unique === true, sparse: index.sparse === true });
  }
  await rawWrites(each(await operationsOf(users, 'warm', 'insert')), raw);
  await rawWrites(each(await operationsOf(users, 'warm', 'upsert')), raw);
}

async function addClient(product: Running, name: string): Promise<void> {
  const addresses = ['--failed-import-email', `it@${name}.example`, '--reply-to-admin-email', `admin@${name}.example`];
  await product.json('client', 'add', name, ...addresses, '--set', 'startOnUpload=false');
}

async function main(): Promise<void> {
  const records = Number(process.argv[process.argv.indexOf('--records') + 1]) || 100_000;
  const dir = mkdtempSync(path.join(tmpdir(), 'imports-bench-'));
  const product = await startProduct(path.join(dir, 'data'), { IMPORTS_QUIET_SECONDS: '1' });
  const client = await mongo.MongoClient.connect(product.endpoints.mongodbUri);
  const users = client.db().collection('users');
  const raw = client.db('raw_driver_peer').collection('users');
  try {
    await addClient(product, 'bench');
    const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
    const temporal = new Client({ connection });
    mkdirSync(path.join(dir, 'files'));
    const rows: Row[] = [];
    const measure = async (name: Row['case'], isChanged: (i: number) => boolean, as: 'insert' | 'upsert') => {
      const file = path.join(dir, 'files', `${name.replace(/\W+/g, '-')}.csv`);
      await writeFile(file, records, isChanged);
      const before = cpuMicros(product.workerPid());
      const { seconds, importId } = await importOnce(product, 'bench', file);
      const worker = cpuMicros(product.workerPid()) - before;
      const operations = await operationsOf(users, 'bench', as);
      const own = process.cpuUsage();
      const rawSeconds = await rawWrites(each(operations), raw);
      const { user, system } = process.cpuUsage(own);
      const { historyLength } = await temporal.workflow.getHandle(`import/${importId}`).describe();
      const imported = Math.round(records / seconds);
      const rawRate = Math.round(records / rawSeconds);
      rows.push({
        case: name,
        records,
        importedPerSecond: imported,
        rawPerSecond: rawRate,
        ratio: Math.round((imported / rawRate) * 100) / 100,
        workerMicrosPerRecord: Math.round(worker / records),
        rawMicrosPerRecord: Math.round((user + system) / records),
        workerPeakMiB: peakMiB(product.workerPid()),
        historyEvents: historyLength,
      });
    };
    await warmUp(product, users, raw, dir);
    await measure('fresh', () => false, 'insert');
    await measure('unchanged', () => false, 'upsert');
    await measure('10 % changed', (i) => i % 10 === 0, 'upsert');
    await connection.close();
    console.table(rows);
    console.log(JSON.stringify(rows));
    const out = process.argv.indexOf('--out');
    if (out > 0) writeFileSync(process.argv[out + 1]!, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    await client.close();
    await product.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
