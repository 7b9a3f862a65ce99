// kill -9 of any process, and the end of the client's inbox, at any moment at most delays. For each seed, a client's two files go in while processes die at random moments
// and `imports up` starts them again; what is left must equal what an undisturbed run leaves, to the last value.
//
//   RANDOM_FAULT_SEEDS=50 npx jest test/stories/random-faults        as many seeds, from 1 on
//   RANDOM_FAULT_SEEDS=17- npx jest test/stories/random-faults       that one alone

import { existsSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { mongo } from 'mongoose';
import { endState, type EndState } from '../support/end-state';
import { Product, sleep, until } from '../support/product';
import { chooseFaults, randomNumbers, strike, type Fault } from '../support/random-faults';
import { storyFiles } from '../support/story-files';

const asked = process.env['RANDOM_FAULT_SEEDS'] ?? '3';
const seeds = asked.endsWith('-') ? [Number.parseInt(asked, 10)] : Array.from({ length: Number(asked) }, (_, i) => i + 1);
const files = storyFiles(4_600);

const product = new Product();
let db: mongo.Db;
let undisturbed: EndState;
/** How long each file took undisturbed, from its upload on: faults hit within this time. */
const spansMs: number[] = [];

beforeAll(async () => {
  await product.up();
  db = await product.db();
  await addClient('calm');
  await tell('calm', [], (ms) => spansMs.push(ms));
  undisturbed = await endState(db, product.data, 'calm');
  expect(undisturbed['imports']).toMatchObject([
    { outcome: 'imported', counts: { created: 4_600 } },
    { outcome: 'imported-with-failures', counts: { created: 460, archived: 230, rejected: 695, permitsReleased: 33 }, report: 'sent' },
  ]);
}, 900_000);
afterAll(() => product.end());

const addClient = (name: string) =>
  product.addClient(
    name,
    '--archive-on-inactive',
    '--set',
    'holdAbove.archives=100000',
    '--set',
    'holdAbove.percent=100',
    '--set',
    'schedule=1m',
  );

/** Both files, each with its own faults. */
async function tell(
  client: string,
  faults: readonly (readonly Fault[])[],
  onImported: (ms: number) => void = () => {},
): Promise<readonly Fault['who'][]> {
  const parts = [
    ['load.csv', files.load],
    ['changes.csv', files.changes],
  ] as const;
  const died: Fault['who'][] = [];
  for (const [index, [name, content]] of parts.entries()) {
    const began = Date.now();
    const striking = strike(product.data, faults[index] ?? [], () => endInbox(client));
    await upload(client, name, content);
    await until(`${name} of ${client} to be imported`, () => imported(client, name), 420_000);
    onImported(Date.now() - began);
    died.push(...(await striking));
    if (index === 0) await handOutPermits(client);
  }
  await until(`all to be quiet after ${client}`, async () => (await product.cli('doctor')).code === 0, 180_000);
  return died;
}

/** Somebody terminates the client's inbox in Temporal. The next standing pass makes up for that; it is not waited for here. */
async function endInbox(client: string): Promise<boolean> {
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress }).catch(() => undefined);
  if (connection === undefined) return false;
  const temporal = new Client({ connection });
  const ended = await temporal.workflow
    .getHandle(`inbox/${client}`)
    .terminate('a test')
    .then(
      () => true,
      () => false,
    );
  if (ended) {
    const pass = temporal.schedule.getHandle('standing-pass');
    await until(
      'the standing pass to be started',
      () =>
        pass.trigger().then(
          () => true,
          () => false,
        ),
      60_000,
    ).catch(() => undefined);
  }
  await connection.close();
  return ended;
}

/** As a careful client: again, until it is told that the file is there. */
async function upload(client: string, name: string, content: string): Promise<void> {
  const file = product.file(`${client}/${name}`, content);
  await until(`${name} of ${client} to be uploaded`, async () => {
    const { code } = await product.sftp(client, `put ${file}`);
    // Killed after the file was published and before it said so: sending it again would be another import, rightly.
    return code === 0 || (await isThere(client, name));
  });
}

async function isThere(client: string, name: string): Promise<boolean> {
  if (existsSync(path.join(product.data, 'clients', client, name))) return true;
  return until('the database to answer', async () => {
    const found = await db
      .collection('imports')
      .countDocuments({ clientId: client, fileName: name })
      .catch(() => undefined);
    return found === undefined ? undefined : { found };
  }).then(({ found }) => found > 0);
}

async function imported(client: string, name: string): Promise<boolean> {
  // While the database is away there is no answer.
  const run = await db
    .collection('imports')
    .findOne({ clientId: client, fileName: name })
    .catch(() => null);
  if (run?.['state'] === 'failed') throw new Error(`${String(run['_id'])} failed: ${String(run['failure'])}`);
  return run?.['state'] === 'finished';
}

async function handOutPermits(client: string): Promise<void> {
  for (const id of files.holders) {
    const permit = { clientId: client, number: id, status: 'active', holder: `${client}/${id}` };
    await until('a permit to be handed out', () =>
      db
        .collection('permits')
        .updateOne({ _id: `${client}/${id}` as never }, { $set: permit }, { upsert: true })
        .catch(() => undefined),
    );
  }
}

it.each(seeds)(
  'seed %i: users, permits, .bak, counts and the e-mail are those of an undisturbed run',
  async (seed) => {
    const client = `seed${seed}`;
    await addClient(client);
    const random = randomNumbers(seed);
    const faults = spansMs.map((ms) => chooseFaults(random, ms));
    const died = await tell(client, faults);
    const mails = await product.mails(`it@${client}.example`);
    const said = faults
      .map((part) => part.map(({ after, who }) => `${who} after ${(after / 1000).toFixed(2)} s`).join(', '))
      .join('; then ');
    process.stdout.write(`seed ${seed}: ${said}; ${died.length} died, ${mails.length} e-mail(s)\n`);

    expect(await endState(db, product.data, client)).toEqual(undisturbed);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    // Killed between the mail server's yes and our note of it, the e-mail goes again under the same Message-ID.
    expect(mails.length).toBeLessThanOrEqual(1 + died.filter((who) => who !== 'sftp').length);
    // The next story starts with everything in its place.
    await sleep(500);
  },
  900_000,
);
