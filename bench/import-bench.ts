// End to end against the raw driver, in the same run on the same engine: a file is imported fresh, again unchanged, and again with 10 %
// changed; the raw driver writes the same documents with bulkWrite, in a database of its own with the same indexes. Linux only.
//
//   npm run bench                     100,000 records, 5 rounds
//   npm run bench -- --records 1000000 --rounds 3 --peer PROGRAM --out report.json
//   npm run bench -- --workers 4      with four workers on one queue
//
// Each round has the cases and sides in turns. `--peer` names a program to compare with, such as mongoimport behind a small script.

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { counted } from '../src/domain/report/wording';
import { cpuSeconds, numberOption, option, peakMiB, runBench, startProduct, statOf, writeCsv, type Running } from './start-product';

const BATCH = 1_000;
const IN_FLIGHT = 4;
const HEADER =
  'unique_id,login_source,first_name,last_name,user_name,email,street,city,province,postal_code,phone_cell,user_type_id,student_no,date_of_birth,active';

type Case = 'fresh' | 'unchanged' | '10 % changed';
type Side = 'imports' | 'raw driver' | 'peer';

interface ImportDocument {
  readonly _id: string;
  readonly clientId: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** What one side needed for one case of one round. */
interface Lap {
  readonly case: Case;
  readonly side: Side;
  readonly perSecond: number;
  /** Processor time, user and system, of the program and of the database while it ran: they hold on a busy machine, too. */
  readonly micros: number;
  readonly databaseMicros: number;
  readonly historyEvents?: number;
}

function line(i: number, changed: boolean): string {
  const city = changed ? 'Gatineau' : 'Ottawa';
  return `${100_000 + i},OPSCOM,First${i},Last${i},user${i},user${i}@example.edu,"${i} King St, Apt ${i % 50}",${city},ON,K1A 0B1,613-555-${String(i % 10_000).padStart(4, '0')},1,S-${i},1999-02-28,1\r\n`;
}

function writeFile(file: string, records: number, isChanged: (i: number) => boolean): Promise<void> {
  return writeCsv(file, HEADER, records, (i) => line(i, isChanged(i)));
}

function cpuMicros(pid: number): number {
  return cpuSeconds(pid) * 1e6;
}

async function importOnce(
  product: Running,
  imports: mongo.Collection<ImportDocument>,
  client: string,
  file: string,
): Promise<{ readonly seconds: number; readonly importId: string }> {
  // Before the file is there: a tick of the schedule may be faster than the scan.
  const known = await imports.distinct('_id', { clientId: client });
  const folder = path.join(product.dataDir, 'clients', client);
  renameSync(file, path.join(folder, path.basename(file)));
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await product.json('scan', client);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    // The database is asked, not the command: that takes a third of a second of a core, which the other sides would have to themselves.
    const run = await imports.findOne({ clientId: client, _id: { $nin: known }, state: { $in: ['finished', 'failed'] } });
    if (run === null) continue;
    if (run.state === 'failed') throw new Error(`import ${run._id} failed`);
    return { seconds: (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000, importId: run._id };
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
async function warmUp({ product, client, dir }: Setup, raw: mongo.Collection): Promise<void> {
  const users = client.db().collection('users');
  await addClient(product, 'warm');
  const file = path.join(dir, 'files/warm-up.csv');
  await writeFile(file, 20_000, () => false);
  await importOnce(product, client.db().collection<ImportDocument>('imports'), 'warm', file);
  await copyIndexes(users, raw);
  await rawWrites(each(await operationsOf(users, 'warm', 'insert')), raw);
  await rawWrites(each(await operationsOf(users, 'warm', 'upsert')), raw);
}

async function copyIndexes(from: mongo.Collection, to: mongo.Collection): Promise<void> {
  for (const { name, key, unique, sparse } of await from.indexes())
    if (name !== '_id_') await to.createIndex(key, { unique: unique === true, sparse: sparse === true });
}

async function addClient(product: Running, name: string): Promise<void> {
  const addresses = ['--failed-import-email', `it@${name}.example`, '--reply-to-admin-email', `admin@${name}.example`];
  await product.json('client', 'add', name, ...addresses, '--set', 'startOnUpload=false');
}

async function compareAll(dir: string): Promise<void> {
  const records = numberOption('records', 100_000);
  const rounds = numberOption('rounds', 5);
  const product = await startProduct(path.join(dir, 'data'), { IMPORTS_QUIET_SECONDS: '1' });
  const client = await mongo.MongoClient.connect(product.endpoints.mongodbUri);
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  const setup = { product, client, temporal: new Client({ connection }), records, dir, peer: option('peer') };
  const workers = [product.workerPid()];
  while (workers.length < numberOption('workers', 1)) workers.push(await product.addWorker());
  const bench = new Bench(setup, workers);
  try {
    mkdirSync(path.join(dir, 'files'));
    const { version } = (await client.db().admin().command({ buildInfo: 1 })) as { version: string };
    await warmUp(setup, client.db('raw_driver').collection('users'));
    const laps: Lap[] = [];
    for (let round = 1; round <= rounds; round++) laps.push(...(await bench.round(round)));
    const report = {
      machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB; load ${os.loadavg()[0]!.toFixed(1)} at the end`,
      versions: `node ${process.versions.node}, database ${version}, commit ${commit()}`,
      records,
      rounds,
      workers: workers.length,
      workerPeakMiB: Math.max(...workers.map(peakMiB)),
      laps,
    };
    console.log(tableOf(report.laps));
    console.log(
      `${report.machine}. ${report.versions}. ${records} records, ${rounds} rounds; ${counted(report.workers, 'worker')}, at most ${report.workerPeakMiB} MiB each.`,
    );
    console.log(JSON.stringify(report));
    const out = option('out');
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await connection.close();
    await client.close();
    await product.stop();
  }
}

interface Setup {
  readonly product: Running;
  readonly client: mongo.MongoClient;
  readonly temporal: Client;
  readonly records: number;
  readonly dir: string;
  readonly peer: string | undefined;
}

const CASES: readonly { readonly name: Case; readonly isChanged: (i: number) => boolean; readonly as: 'insert' | 'upsert' }[] = [
  { name: 'fresh', isChanged: () => false, as: 'insert' },
  { name: 'unchanged', isChanged: () => false, as: 'upsert' },
  { name: '10 % changed', isChanged: (i) => i % 10 === 0, as: 'upsert' },
];

class Bench {
  readonly users: mongo.Collection;
  readonly #setup: Setup;
  readonly #workers: readonly number[];
  readonly #database: number | undefined;

  constructor(setup: Setup, workers: readonly number[]) {
    this.#setup = setup;
    this.#workers = workers;
    this.users = setup.client.db().collection('users');
    this.#database = processOf(path.join(setup.product.dataDir, 'mongo'));
  }

  /** Every side takes its turn with every case; each round has a client and databases of its own. */
  async round(round: number): Promise<Lap[]> {
    const { product, client, dir, records, peer } = this.#setup;
    const name = `bench${round}`;
    await addClient(product, name);
    const raw = client.db(`raw_round_${round}`).collection('users');
    await copyIndexes(this.users, raw);
    const others = client.db(`peer_round_${round}`);
    for (const field of ['unique_id', 'email', 'user_name']) await others.collection('people').createIndex({ [field]: 1 });
    const laps: Lap[] = [];
    for (const { name: what, isChanged, as } of CASES) {
      const file = path.join(dir, 'files', `${what.replace(/\W+/g, '-')}-${round}.csv`);
      await writeFile(file, records, isChanged);
      if (peer !== undefined) laps.push(await this.#lap(what, 'peer', () => runPeer(peer, others.databaseName, file, product)));
      laps.push(await this.#lap(what, 'imports', () => this.#import(name, file)));
      const operations = await operationsOf(this.users, name, as);
      laps.push(
        await this.#lap(what, 'raw driver', async () => {
          const own = process.cpuUsage();
          const seconds = await rawWrites(each(operations), raw);
          const { user, system } = process.cpuUsage(own);
          return { seconds, micros: user + system };
        }),
      );
    }
    await client.db(raw.dbName).dropDatabase();
    await others.dropDatabase();
    return laps;
  }

  async #lap(
    what: Case,
    side: Side,
    run: () => Promise<{ readonly seconds: number; readonly micros: number; readonly historyEvents?: number }>,
  ): Promise<Lap> {
    const { records } = this.#setup;
    const before = this.#database === undefined ? 0 : cpuMicros(this.#database);
    const { seconds, micros, ...more } = await run();
    const database = this.#database === undefined ? 0 : cpuMicros(this.#database) - before;
    const lap = {
      case: what,
      side,
      perSecond: Math.round(records / seconds),
      micros: micros / records,
      databaseMicros: database / records,
      ...more,
    };
    console.error(JSON.stringify(lap));
    return lap;
  }

  async #import(name: string, file: string) {
    const { product, client, temporal } = this.#setup;
    const before = this.#workerMicros();
    const { seconds, importId } = await importOnce(product, client.db().collection<ImportDocument>('imports'), name, file);
    const micros = this.#workerMicros() - before;
    const { historyLength } = await temporal.workflow.getHandle(`import/${importId}`).describe();
    return { seconds, micros, historyEvents: historyLength };
  }

  #workerMicros(): number {
    return this.#workers.reduce((sum, pid) => sum + cpuMicros(pid), 0);
  }
}

/** A program that imports the file by itself: `PROGRAM -uri URI -file FILE`, which prints `{"perSecond": …, "seconds": …}`. */
async function runPeer(peer: string, database: string, file: string, { endpoints }: Running) {
  const uri = new URL(endpoints.mongodbUri);
  uri.pathname = `/${database}`;
  const before = childMicros();
  const { stdout } = await promisify(execFile)(peer, ['-uri', uri.href, '-file', file]);
  return { seconds: (JSON.parse(stdout) as { seconds: number }).seconds, micros: childMicros() - before };
}

/** Of all children that have ended. */
function childMicros(): number {
  return (Number(statOf('self')[13]) + Number(statOf('self')[14])) * 10_000;
}

/** The process that was started with this folder, and not the one that keeps it. */
function processOf(folder: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(folder) && !words.some((word) => word.endsWith('keeper.js'));
      } catch {
        return false;
      }
    });
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** In Markdown. Ratios are of two laps of one round, so that what else the machine does weighs on both. */
function tableOf(laps: readonly Lap[]): string {
  const of = (what: Case, side: Side) => laps.filter((lap) => lap.case === what && lap.side === side);
  const hasPeer = laps.some(({ side }) => side === 'peer');
  const ratio = (what: Case, side: Side) =>
    spread(
      of(what, 'imports').map(({ perSecond }, n) => perSecond / of(what, side)[n]!.perSecond),
      2,
    );
  const sides: readonly Side[] = hasPeer ? ['raw driver', 'peer'] : ['raw driver'];
  const heads = [
    'case',
    'imported per second',
    ...sides.map((side) => `to the ${side}`),
    'worker µs',
    'raw driver µs',
    'database µs',
    'events',
  ];
  const rows = CASES.map(({ name }) => {
    const ours = of(name, 'imports');
    const cells = [
      name,
      spreadOf(ours, 'perSecond'),
      ...sides.map((side) => ratio(name, side)),
      spreadOf(ours, 'micros'),
      spreadOf(of(name, 'raw driver'), 'micros'),
      spreadOf(ours, 'databaseMicros'),
      String(ours[0]?.historyEvents ?? ''),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [`| ${heads.join(' | ')} |`, `| --- |${' ---: |'.repeat(heads.length - 1)}`, ...rows].join('\n');
}

function spreadOf(laps: readonly Lap[], what: 'perSecond' | 'micros' | 'databaseMicros'): string {
  const values = laps.map((lap) => lap[what]);
  return spread(values, 0);
}

/** Median, and the range. */
function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const text = (value: number | undefined) =>
    (value ?? 0).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const middle = text(sorted[Math.floor((sorted.length - 1) / 2)]);
  return sorted.length < 2 ? middle : `${middle} (${text(sorted[0])}-${text(sorted.at(-1))})`;
}

runBench(compareAll);
