// What clients cost that do nothing, and what happens when all of them want something at the same tick. First N clients without files, for
// a while; then the same clients, nightly, with one file each.
//
//   npm run bench:idle                                          10,000 clients for 15 minutes, then one file each
//   npm run bench:idle -- --clients 1000 --minutes 5 --files 200     0 files = the first part only

import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { cpuSeconds, numberOption, rounded, runBench, startProduct, statOf, type Running } from './start-product';

const MINUTE = 60_000;
const FILE = 'unique_id,login_source,first_name\r\n1,OPSCOM,Ann\r\n';

type Documents = mongo.Collection<{ _id: string }>;

interface Bench {
  readonly product: Running;
  readonly temporal: Client;
  readonly db: mongo.Db;
}

interface Idle {
  readonly clients: number;
  readonly minutes: number;
  readonly workerStartSeconds: number;
  readonly scansPerHour: number;
  readonly otherWorkflowsPerHour: number;
  /** Of one core. */
  readonly workerPercent: number;
  readonly temporalMiBPerHour: number;
}

interface Tick {
  readonly clientsWithFile: number;
  readonly startsPerSecond: number;
  readonly medianWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** The longest wait, to the time that all would take at the rate of the middle half: 1 = nobody waits for longer than that. */
  readonly longestToFairShare: number;
}

const idOf = (n: number): string => `idle-${String(n).padStart(5, '0')}`;
const folderOf = ({ product }: Bench, n: number): string => path.join(product.dataDir, 'clients', idOf(n));

/** As `imports client add` would, in seconds instead of hours. */
async function addClients({ product, db }: Bench, count: number): Promise<void> {
  await product.json(
    'client',
    'add',
    'model',
    '--failed-import-email',
    'it@model.example',
    '--reply-to-admin-email',
    'admin@model.example',
  );
  const clients: Documents = db.collection('clients');
  const { _id, ...like } = (await clients.findOne({ _id: 'model' }))!;
  for (let from = 0; from < count; from += 500) {
    const ids = Array.from({ length: Math.min(500, count - from) }, (_, n) => idOf(from + n));
    await clients.insertMany(ids.map((id) => ({ ...like, _id: id })));
    for (const id of ids) mkdirSync(path.join(product.dataDir, 'clients', id), { recursive: true });
  }
}

/** Ends the worker in order; resolves to how long the next one took from its first instruction to its first question for work. */
async function restartWorker({ product, temporal }: Bench): Promise<number> {
  const former = product.workerPid();
  process.kill(former, 'SIGTERM');
  for (;;) {
    const pid = workerPidOf(product) ?? former;
    const { pollers } = await temporal.workflowService.describeTaskQueue({ namespace: 'default', taskQueue: { name: 'imports' } });
    const asks = (pollers ?? []).some(({ identity }) => identity?.startsWith(`${pid}@`));
    if (pid !== former && asks) return ageSeconds(pid);
    await sleep(50);
  }
}

/** Undefined between two workers. */
function workerPidOf(product: Running): number | undefined {
  try {
    return product.workerPid();
  } catch {
    return undefined;
  }
}

const ageSeconds = (pid: number): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - Number(statOf(pid)[19]) / 100;

function temporalBytes({ product }: Bench): number {
  const folder = path.join(product.dataDir, 'temporal');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

async function measureIdle(bench: Bench, clients: number, minutes: number): Promise<Idle> {
  const workerStartSeconds = await restartWorker(bench);
  // Whatever the start itself does is over by then.
  await sleep(MINUTE / 2);
  const pid = bench.product.workerPid();
  const since = new Date();
  const [cpu, bytes] = [cpuSeconds(pid), temporalBytes(bench)];
  await sleep(minutes * MINUTE);
  const [cpuAfter, bytesAfter] = [cpuSeconds(pid), temporalBytes(bench)];
  const hours = (Date.now() - since.getTime()) / (60 * MINUTE);
  const started = async (query: string) =>
    (await bench.temporal.workflow.count(`StartTime > "${since.toISOString()}" AND ${query}`)).count / hours;
  return {
    clients,
    minutes,
    workerStartSeconds: rounded(workerStartSeconds),
    scansPerHour: rounded(await started('WorkflowType = "scanFolders"')),
    otherWorkflowsPerHour: rounded(await started('WorkflowType != "scanFolders" AND WorkflowType != "temporal-sys-scheduler-workflow"')),
    workerPercent: rounded(((cpuAfter - cpu) / (hours * 3600)) * 100),
    temporalMiBPerHour: rounded((bytesAfter - bytes) / 2 ** 20 / hours),
  };
}

async function measureTick(bench: Bench, files: number): Promise<Tick> {
  const { db, product } = bench;
  for (let n = 0; n < files; n++) writeFileSync(path.join(folderOf(bench, n), 'users.csv'), FILE);
  const tick = new Date(Math.ceil((Date.now() + 20_000) / MINUTE) * MINUTE);
  const cron = `${tick.getUTCMinutes()} ${tick.getUTCHours()} * * *`;
  const nightly = { _id: { $in: Array.from({ length: files }, (_, n) => idOf(n)) } };
  await db.collection<{ _id: string }>('clients').updateMany(nightly, { $set: { 'settings.schedule': { cron, timeZone: 'UTC' } } });
  await product.json('client', 'set', 'model', `schedule=cron:${cron}@UTC`);

  const imports = db.collection('imports');
  while ((await imports.countDocuments({ state: 'finished' })) < files) await sleep(1_000);
  const started = await imports.find({}, { projection: { startedAt: 1 } }).toArray();
  const waits = started.map(({ startedAt }) => ((startedAt as Date).getTime() - tick.getTime()) / 1000).sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!;
  const rate = waits.length / 2 / (at(0.75) - at(0.25));
  return {
    clientsWithFile: files,
    startsPerSecond: rounded(rate),
    medianWaitSeconds: rounded(at(0.5)),
    longestWaitSeconds: rounded(at(1)),
    longestToFairShare: rounded(at(1) / (waits.length / rate)),
  };
}

runBench(async (dir) => {
  const clients = numberOption('clients', 10_000);
  const minutes = numberOption('minutes', 15);
  const files = Math.min(clients, numberOption('files', clients));
  const product = await startProduct(path.join(dir, 'data'), { IMPORTS_QUIET_SECONDS: '1' });
  const driver = await mongo.MongoClient.connect(product.endpoints.mongodbUri);
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  const bench: Bench = { product, temporal: new Client({ connection }), db: driver.db() };
  try {
    await addClients(bench, clients);
    const idle = await measureIdle(bench, clients, minutes);
    console.table([idle]);
    if (files === 0) return;
    console.table([await measureTick(bench, files)]);
  } finally {
    await connection.close();
    await driver.close();
    await product.stop();
  }
});
