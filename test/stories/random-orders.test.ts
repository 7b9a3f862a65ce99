// Whatever a client and support ask for, and whatever dies meanwhile, is done one after the other, in the order in which it was asked for.
// For each seed a sequence of uploads, decisions, retries, undos and pauses is played twice: once with each waited for, and once without,
// while processes die by kill -9. Both leave the same, to the last value, and no two imports or undos ever wrote at once.
//
//   RANDOM_ORDER_SEEDS=50 npx jest test/stories/random-orders        as many seeds, from 1 on
//   RANDOM_ORDER_SEEDS=17- npx jest test/stories/random-orders       that one alone

import { readdirSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { mongo } from 'mongoose';
import { cliInProcess } from '../support/cli-in-process';
import { endState, type EndState } from '../support/end-state';
import { Product, sleep, until } from '../support/product';
import { MORTALS, randomNumbers, strike } from '../support/random-faults';
import { FIRST, RandomOrders, type Act } from '../support/random-orders';
import { writingSpans, type Span } from '../support/writing-spans';

const asked = process.env['RANDOM_ORDER_SEEDS'] ?? '2';
const seeds = asked.endsWith('-') ? [Number.parseInt(asked, 10)] : Array.from({ length: Number(asked) }, (_, i) => i + 1);
const ACTS = 12;
/** Stories side by side: they share the processes that die. */
const AT_ONCE = 5;
const LIMIT_MS = 400_000;
const VICTIMS = MORTALS.filter((who) => who !== 'sftp');

const product = new Product({ IMPORTS_QUIET_SECONDS: '0' });
let db: mongo.Db;
let connection: Connection;
let temporal: Client;

interface End {
  readonly state: EndState;
  readonly spans: readonly (Span & { readonly of: string })[];
}
const played = new Map<number, { readonly acts: readonly Act[]; readonly calm: End; readonly disturbed: End } | Error>();

beforeAll(async () => {
  await product.up();
  db = await product.db();
  connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  temporal = new Client({ connection });
  for (let from = 0; from < seeds.length; from += AT_ONCE) await play(seeds.slice(from, from + AT_ONCE));
}, 7_200_000);
afterAll(async () => {
  await connection?.close();
  await product.end();
});

it.each(seeds)('seed %i: what is left is that of the same acts one after the other, and no two ever wrote at once', (seed) => {
  const known = played.get(seed)!;
  if (known instanceof Error) throw known;
  const { acts, calm, disturbed } = known;
  process.stdout.write(`seed ${seed}: ${acts.map((act) => ('name' in act ? `${act.kind} ${act.name}` : act.kind)).join(', ')}\n`);
  expect(disturbed.state).toEqual(calm.state);
  const { spans } = disturbed;
  expect(spans.length).toBeGreaterThan(0);
  expect(spans.map(({ of }) => of)).toEqual(calm.spans.map(({ of }) => of));
  expect(spans.filter(({ from }, n) => n > 0 && from < spans[n - 1]!.to)).toEqual([]);
});

async function play(some: readonly number[]): Promise<void> {
  const calm = await Promise.all(some.map((seed) => playCalmly(seed).catch(asError)));
  const over = new AbortController();
  const passing = passNowAndThen(over.signal);
  await Promise.all(
    some.map(async (seed, n) => {
      const known = calm[n]!;
      const all =
        known instanceof Error ? known : await playDisturbed(seed, known.acts).then((disturbed) => ({ ...known, disturbed }), asError);
      played.set(seed, all);
    }),
  );
  over.abort();
  await passing;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/** The standing pass, which makes up for wakes that are lost, comes every ten minutes. */
async function passNowAndThen(over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sleep(3_000);
    await temporal.schedule
      .getHandle('standing-pass')
      .trigger()
      .catch(() => undefined);
  }
}

async function playCalmly(seed: number): Promise<{ readonly acts: readonly Act[]; readonly calm: End }> {
  const client = `calm${seed}`;
  await prepare(client);
  const orders = new RandomOrders(seed);
  const acts: Act[] = [];
  while (acts.length < ACTS || orders.isPaused) {
    const act = acts.length < ACTS ? orders.next(await see(() => importsOf(client))) : orders.resume();
    acts.push(act);
    await perform(client, act);
    await isQuiet(client);
  }
  return { acts, calm: await see(() => endOf(client)) };
}

async function playDisturbed(seed: number, acts: readonly Act[]): Promise<End> {
  const client = `seed${seed}`;
  await prepare(client);
  const random = randomNumbers(-seed);
  const strikes: Promise<unknown>[] = [];
  for (const [n, act] of acts.entries()) {
    if (random() < 0.25) {
      const fault = { after: Math.floor(random() * 1_500), who: VICTIMS[Math.floor(random() * VICTIMS.length)]! };
      strikes.push(strike(product.data, [fault], () => endInbox(client)));
    }
    // In a pause nothing gets ready for what is done in it.
    const resumed = acts.findIndex(({ kind }, at) => at > n && kind === 'resume');
    for (const next of act.kind === 'pause' ? acts.slice(n + 1, resumed) : [act]) await isReadyFor(client, next);
    await perform(client, act);
  }
  await Promise.all(strikes);
  await isQuiet(client);
  return see(() => endOf(client));
}

async function prepare(client: string): Promise<void> {
  const addresses = ['--failed-import-email', `it@${client}.example`, '--reply-to-admin-email', 'admin@parking.example'];
  const settings = ['archiveOnInactive=true', 'reactivateOnActive=true', 'holdAbove.archives=0', 'startOnUpload=false', 'schedule=1m'];
  const isThere = async () => (await db.collection('clients').findOne({ _id: client as never })) !== null;
  await insist(isThere, 'client', 'add', client, ...addresses, ...settings.flatMap((setting) => ['--set', setting]));
  await perform(client, FIRST);
  await isQuiet(client);
  for (const n of [1, 2, 3, 4]) {
    const permit = { clientId: client, number: `P${n}`, status: 'active', holder: `${client}/u${n}` };
    const put = () => db.collection('permits').updateOne({ _id: `${client}/P${n}` as never }, { $set: permit }, { upsert: true });
    await until('a permit to be handed out', () => put().catch(() => undefined), LIMIT_MS);
  }
}

async function perform(client: string, act: Act): Promise<void> {
  const run = 'name' in act && act.kind !== 'upload' ? await see(() => importOf(client, act.name)) : undefined;
  const importId = String(run?._id);
  const is = (state: string) => async () => (await importOf(client, (act as { readonly name: string }).name))?.['state'] === state;
  switch (act.kind) {
    case 'upload':
      return upload(client, act.name, act.content);
    case 'pause':
      return insist(async () => (await theClient(client))?.['paused'] != null, 'client', 'pause', client, '--reason', 'x');
    case 'resume':
      await insist(async () => (await theClient(client))?.['paused'] == null, 'client', 'resume', client, '--reason', 'x');
      return waitFor(`the files of ${client} to be taken`, () => isTaken(client));
    case 'cancel':
      return waitFor(`${importId} to be cancelled`, async () => {
        await temporal.workflow.getHandle(`import/${importId}`).cancel();
        return is('cancelled')();
      });
    case 'lose': {
      const source = path.join(product.data, 'work', importId, 'source');
      await rename(source, `${source}.away`);
      await decide(client, act.name, importId, 'approve');
      await waitFor(`${importId} to fail`, is('failed'));
      return rename(`${source}.away`, source);
    }
    case 'retry': {
      const retries = async () => ((await importOf(client, act.name))?.['retries'] as unknown[] | undefined)?.length ?? 0;
      const before = await see(retries);
      return insist(async () => (await retries()) > before, 'retry', importId, '--reason', 'x');
    }
    case 'undo':
      return insist(async () => (await undoOf(importId)) !== null, 'undo', importId, '--reason', 'x');
    default:
      return decide(client, act.name, importId, act.kind);
  }
}

async function upload(client: string, name: string, content: string): Promise<void> {
  const staged = path.join(product.data, 'uploads', client);
  await mkdir(staged, { recursive: true });
  await writeFile(path.join(staged, 'staged'), content);
  const folder = path.join(product.data, 'clients', client);
  // As the front door makes it at a log-in, where `client add` died in between.
  await mkdir(folder, { recursive: true });
  await rename(path.join(staged, 'staged'), path.join(folder, name));
  if ((await see(() => theClient(client)))?.['paused'] == null) await insist(() => isTaken(client), 'scan', client);
}

function decide(client: string, name: string, importId: string, verdict: string): Promise<void> {
  const [command, ...options] = verdict === 'approve-without-archives' ? ['approve', '--without-archives'] : [verdict];
  const isDecided = async () => (await importOf(client, name))?.['state'] !== 'held';
  return insist(isDecided, command, importId, ...options, '--reason', 'x');
}

/** What an act needs that was asked for before, and may still be under way. */
async function isReadyFor(client: string, act: Act): Promise<void> {
  if (!('name' in act) || act.kind === 'upload') return;
  const undoable = ['finished', 'failed', 'cancelled'];
  const states = act.kind === 'undo' ? undoable : act.kind === 'retry' ? ['failed', 'cancelled'] : ['held'];
  await waitFor(`${act.name} of ${client} to be ${states.join(' or ')}`, async () =>
    states.includes(String((await importOf(client, act.name))?.['state'])),
  );
}

/** Everything that was asked for is done, or waits for the end of a pause. */
function isQuiet(client: string): Promise<void> {
  return waitFor(`${client} to be quiet`, async () => {
    const isPaused = (await theClient(client))?.['paused'] != null;
    const atRest = ['held', 'failed', 'cancelled', 'undone', ...(isPaused ? ['queued'] : [])];
    const imports = await importsOf(client);
    const undos = await db.collection('undos').find({ clientId: client }).toArray();
    return (
      (isPaused || (await isTaken(client))) &&
      imports.every(({ state, report }) => atRest.includes(state) || (state === 'finished' && report !== 'pending')) &&
      undos.every(({ finishedAt, report }) => (finishedAt === null ? isPaused : report !== 'pending')) &&
      !(await areSome(imports.filter(({ state }) => state !== 'held').map(({ _id }) => `import/${_id}`))) &&
      !(await areSome(undos.map(({ _id }) => `undo/${String(_id)}`)))
    );
  });
}

/** Whether one of these workflows is running. */
async function areSome(workflowIds: readonly string[]): Promise<boolean> {
  for (const workflowId of workflowIds) {
    try {
      if ((await temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING') return true;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return false;
}

async function endOf(client: string): Promise<End> {
  const names = new Map((await importsOf(client)).map(({ _id, fileName }) => [_id, fileName]));
  const spans = (await writingSpans(temporal, client)).map((span) => {
    const [what, importId] = span.workflowId.split('/');
    return { ...span, of: `${what} ${names.get(importId!)}` };
  });
  return { state: await endState(db, product.data, client), spans };
}

const cli = (...args: readonly string[]) => cliInProcess(product.env, args);
const theClient = (client: string) => db.collection('clients').findOne({ _id: client as never });
const undoOf = (importId: string) => db.collection('undos').findOne({ _id: importId as never });
const importOf = (client: string, fileName: string) => db.collection('imports').findOne({ clientId: client, fileName });
const importsOf = (client: string) =>
  db
    .collection<{ _id: string; fileName: string; state: string; outcome: string | null; report: string }>('imports')
    .find({ clientId: client })
    .sort({ seq: 1 })
    .toArray();

/** No file is left in its folder, and each is written down. */
async function isTaken(client: string): Promise<boolean> {
  const left = readdirSync(path.join(product.data, 'clients', client)).filter((name) => !name.startsWith('.'));
  return left.length === 0 && (await db.collection('imports').countDocuments({ clientId: client, state: 'claiming' })) === 0;
}

async function endInbox(client: string): Promise<boolean> {
  return temporal.workflow
    .getHandle(`inbox/${client}`)
    .terminate('a test')
    .then(
      () => true,
      () => false,
    );
}

/** As support does it: typed again until it is done. One that waits for an end is not waited for. */
async function insist(isDone: () => Promise<boolean>, ...args: readonly string[]): Promise<void> {
  let typed: Promise<unknown> | undefined;
  await waitFor(`imports ${args.join(' ')}`, async () => {
    if (await isDone()) return true;
    typed ??= cli(...args)
      .catch(() => undefined)
      .finally(() => (typed = undefined));
    return false;
  });
}

/** While the database or Temporal is away there is no answer. */
async function waitFor(what: string, isSo: () => Promise<boolean>): Promise<void> {
  await until(what, () => isSo().catch(() => false), LIMIT_MS);
}

async function see<T>(look: () => Promise<T>): Promise<T> {
  const answer = async () => ({ seen: await look() });
  return (await until('the database to answer', () => answer().catch(() => undefined), LIMIT_MS)).seen;
}
