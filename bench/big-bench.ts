// Files of the largest size: whether memory and history stay flat, and what a record costs when all of them take the same long way.
//
//   npm run bench:big                                              5,000,000 new users with two kills, then 1,000,000 of each other kind
//   npm run bench:big -- --largest 500000 --others 100000          a smaller look
//
// Needs about 4 GiB of disk and, on two cores, an hour. Linux only.

import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { mongo as driver } from 'mongoose';
import { connectMongo, type Mongo } from '../src/adapters/mongo/connect-mongo';
import type { ClientId, ImportId } from '../src/domain/ids';
import type { ImportRun } from '../src/domain/import-run';
import { numberOption, peakMiB, cpuSeconds, runBench, startProduct, writeCsv, type Running } from './start-product';

const HEADER = 'unique_id,login_source,first_name,last_name,user_name,email,city,province,student_no,active';

interface User {
  readonly email?: number;
  readonly province?: string;
  readonly active?: 0 | 1;
}

/** One line; `email` names the user whose address this one has. */
function line(n: number, { email = n, province = 'ON', active = 1 }: User): string {
  return `${100_000 + n},OPSCOM,First${n},Last${n},user${n},user${email}@example.edu,Ottawa,${province},S-${n},${active}\r\n`;
}

interface Row {
  readonly what: string;
  readonly records: number;
  readonly counts: string;
  readonly minutes: number;
  readonly perSecond: number;
  /** Processor time of all workers, a record. */
  readonly workerMicros: number;
  /** The most that any worker held while this file was imported. */
  readonly workerMiB: number;
  /** How often the workflow continued as new, and the events of its longest run. */
  readonly runs: number;
  readonly mostEvents: number;
}

interface Task {
  readonly what: string;
  readonly clientId: ClientId;
  readonly records: number;
  readonly user: (n: number) => User;
  /** The worker is killed when this many of its records are done. */
  readonly killsAt?: readonly number[];
}

class Bench {
  readonly #product: Running;
  readonly #mongo: Mongo;
  readonly #temporal: Client;
  readonly #dir: string;

  constructor(product: Running, mongo: Mongo, temporal: Client, dir: string) {
    this.#product = product;
    this.#mongo = mongo;
    this.#temporal = temporal;
    this.#dir = dir;
  }

  async addClient(clientId: ClientId): Promise<void> {
    const addresses = ['--failed-import-email', 'it@big.example', '--reply-to-admin-email', 'admin@big.example'];
    const settings = ['startOnUpload=false', 'holdAbove.archives=10000000', 'holdAbove.percent=100'];
    await this.#product.json(
      'client',
      'add',
      clientId,
      ...addresses,
      '--archive-on-inactive',
      ...settings.flatMap((one) => ['--set', one]),
    );
  }

  async import({ what, clientId, records, user, killsAt = [] }: Task): Promise<Row> {
    const staged = path.join(this.#dir, `${clientId}.csv`);
    await writeCsv(staged, HEADER, records, (n) => line(n, user(n)));
    const before = await this.#newest(clientId);
    renameSync(staged, path.join(this.#product.dataDir, 'clients', clientId, 'users.csv'));
    await sleep(1_500);
    const workers = new WorkersSeen(this.#product);
    await this.#product.json('scan', clientId);
    const left = [...killsAt];
    for (;;) {
      await sleep(1_000);
      workers.look();
      const run = await this.#newest(clientId);
      if (run === undefined || run.importId === before?.importId) continue;
      if (run.state === 'failed') throw new Error(`import ${run.importId} failed`);
      if (run.state === 'finished') return { what, records, ...this.#measured(run, workers), ...(await this.#histories(run.importId)) };
      if (left.length > 0 && (await this.#done(run.importId)) >= left[0]!) {
        left.shift();
        process.kill(this.#product.workerPid(), 'SIGKILL');
      }
    }
  }

  #measured({ counts, startedAt, finishedAt }: ImportRun, workers: WorkersSeen) {
    const seconds = (finishedAt!.getTime() - startedAt!.getTime()) / 1_000;
    const { records, ...kinds } = counts;
    return {
      counts: Object.entries(kinds)
        .filter(([, n]) => n > 0)
        .map(([kind, n]) => `${n} ${kind}`)
        .join(', '),
      minutes: Math.round(seconds / 6) / 10,
      perSecond: Math.round(records / seconds),
      workerMicros: Math.round(workers.cpuMicros() / records),
      workerMiB: workers.peak,
    };
  }

  async #newest(clientId: ClientId): Promise<ImportRun | undefined> {
    return (await this.#mongo.imports.list({ clientIds: [clientId], limit: 1 }))[0];
  }

  /** Records of the chunks that are done. */
  async #done(importId: ImportId): Promise<number> {
    let done = 0;
    for await (const { result } of this.#mongo.imports.chunkResults(importId)) done += result.counts.records;
    return done;
  }

  async #histories(importId: ImportId): Promise<Pick<Row, 'runs' | 'mostEvents'>> {
    const events: number[] = [];
    for await (const { workflowId, runId } of this.#temporal.workflow.list({ query: `WorkflowId = "import/${importId}"` }))
      events.push((await this.#temporal.workflow.getHandle(workflowId, runId).describe()).historyLength);
    return { runs: events.length, mostEvents: Math.max(...events) };
  }
}

/** Peak memory and processor time of each worker that was there: a killed one is followed by another. */
class WorkersSeen {
  readonly #product: Running;
  readonly #cpu = new Map<number, { readonly first: number; last: number }>();
  peak = 0;

  constructor(product: Running) {
    this.#product = product;
    // What it needed for the file before does not count.
    writeFileSync(`/proc/${product.workerPid()}/clear_refs`, '5');
    this.look();
  }

  look(): void {
    try {
      const pid = this.#product.workerPid();
      const cpu = cpuSeconds(pid);
      this.#cpu.set(pid, { first: this.#cpu.get(pid)?.first ?? (this.#cpu.size === 0 ? cpu : 0), last: cpu });
      this.peak = Math.max(this.peak, peakMiB(pid));
    } catch {
      // Killed, and the next one is not there yet.
    }
  }

  cpuMicros(): number {
    return [...this.#cpu.values()].reduce((sum, { first, last }) => sum + (last - first) * 1e6, 0);
  }
}

/** One for each user, as the application would issue them. */
async function issuePermits(uri: string, clientId: ClientId, count: number): Promise<void> {
  const client = await driver.MongoClient.connect(uri);
  const permits = client.db().collection<{ _id: string }>('permits');
  const BATCH = 5_000;
  for (let from = 0; from < count; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    await permits.insertMany(
      some.map((n) => ({ _id: `${clientId}-P${n}`, clientId, number: `P${n}`, status: 'active', holder: `${clientId}/${100_000 + n}` })),
    );
  }
  await client.close();
}

runBench(async (dir) => {
  const largest = numberOption('largest', 5_000_000);
  const others = numberOption('others', 1_000_000);
  const product = await startProduct(path.join(dir, 'data'), { IMPORTS_QUIET_SECONDS: '1' });
  const mongo = await connectMongo(product.endpoints.mongodbUri);
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  const bench = new Bench(product, mongo, new Client({ connection }), dir);
  const [large, rejecting, moving] = ['large', 'rejecting', 'moving'] as ClientId[];
  try {
    for (const clientId of [large!, rejecting!, moving!]) await bench.addClient(clientId);
    const rows: Row[] = [];
    const show = async (task: Task) => {
      rows.push(await bench.import(task));
      console.error(JSON.stringify(rows.at(-1)));
    };
    await show({ what: 'new', clientId: moving!, records: others, user: () => ({}) });
    await show({ what: 'unchanged', clientId: moving!, records: others, user: () => ({}) });
    await show({ what: "takes the next one's e-mail", clientId: moving!, records: others, user: (n) => ({ email: (n + 1) % others }) });
    await issuePermits(product.endpoints.mongodbUri, moving!, others);
    await show({
      what: 'archived, with a permit each',
      clientId: moving!,
      records: others,
      user: (n) => ({ email: (n + 1) % others, active: 0 }),
    });
    await show({ what: 'rejected', clientId: rejecting!, records: others, user: () => ({ province: 'ONT' }) });
    const killsAt = [largest * 0.3, largest * 0.6];
    await show({ what: 'new, with two kills of the worker', clientId: large!, records: largest, user: () => ({}), killsAt });
    console.log(tableOf(rows));
  } finally {
    await connection.close();
    await mongo.close();
    await product.stop();
  }
});

/** In Markdown. */
function tableOf(rows: readonly Row[]): string {
  const heads = ['every record', 'records', 'minutes', 'per second', 'worker µs', 'worker MiB', 'runs', 'most events'];
  const cells = rows.map(({ what, records, minutes, perSecond, workerMicros, workerMiB, runs, mostEvents }) =>
    [what, records.toLocaleString('en'), minutes, perSecond.toLocaleString('en'), workerMicros, workerMiB, runs, mostEvents].join(' | '),
  );
  return [`| ${heads.join(' | ')} |`, `| --- |${' ---: |'.repeat(heads.length - 1)}`, ...cells.map((row) => `| ${row} |`)].join('\n');
}
