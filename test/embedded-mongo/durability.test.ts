// Whom the engine lets at its data, and that what it acknowledged is there after it was killed in the middle of everything.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { runEmbeddedMongo, startEmbeddedMongo, type TestMongo } from '../support/mongo';
import { DUPLICATE, numbers } from './use-engine';

let dataDir: string;
let undo: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'embedded-mongo-'));
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<TestMongo> {
  const engine = await startEmbeddedMongo({ dataDir });
  undo.push(() => engine.stop());
  return engine;
}

async function connect({ uri }: TestMongo) {
  const client = await mongo.MongoClient.connect(uri, { maxPoolSize: 16, retryWrites: false });
  undo.push(() => client.close());
  return client.db().collection<{ _id: string; n: number; email: string }>('rows');
}

test('kill -9 under load loses no acknowledged write, and indexes agree with documents', async () => {
  const first = await start();
  const rows = await connect(first);
  await rows.createIndexes([{ key: { email: 1 }, unique: true }, { key: { n: 1 } }]);
  const acknowledged = new Map<string, number>();
  let next = 0;
  const bulks = async (): Promise<void> => {
    for (;;) {
      const from = (next += 200);
      const batch = numbers(200).map((n) => from + n);
      await rows.bulkWrite(
        batch.map((n) => ({ updateOne: { filter: { _id: `b${n}` }, update: { $set: { n, email: `${n}@example.edu` } }, upsert: true } })),
        { ordered: false },
      );
      for (const n of batch) acknowledged.set(`b${n}`, n);
    }
  };
  const singles = async (writer: number): Promise<void> => {
    for (let n = 1; ; n++) {
      await rows.updateOne({ _id: `s${writer}` }, { $set: { n, email: `s${writer}` } }, { upsert: true });
      acknowledged.set(`s${writer}`, n);
    }
  };
  const writers = [0, 1, 2, 3].flatMap((writer) => [bulks(), singles(writer)]);
  const ended = Promise.allSettled(writers);
  while (acknowledged.size <= 2000) await sleep(100);
  await first.kill();
  await ended;

  const found = await connect(await start());
  const stored = new Map((await found.find().toArray()).map(({ _id, n }) => [_id, n]));
  const lost = [...acknowledged].filter(([id, n]) => (stored.get(id) ?? -1) < n);
  expect(lost).toEqual([]);
  const byEmail = await found
    .find({ email: { $gt: '' } })
    .sort({ email: 1 })
    .toArray();
  expect([byEmail.length, await found.countDocuments({ n: { $gte: 0 } })]).toEqual([stored.size, stored.size]);
  await expect(found.insertOne({ _id: 'zz', n: 0, email: 's0' })).rejects.toMatchObject(DUPLICATE);
});

test('it ends when the disk takes no more, with every acknowledged write on it', async () => {
  // A file that may not grow is to it what a full disk is.
  const first = await startEmbeddedMongo({ dataDir, before: ['bash', '-c', 'ulimit -f 2048; exec "$@"', 'bash'] });
  undo.push(() => first.stop());
  const rows = await connect(first);
  let acknowledged = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await rows.insertOne({ _id: `${acknowledged}`, n: acknowledged, email: 'x'.repeat(50_000) });
      acknowledged += 1;
    }
  };
  await expect(fill()).rejects.toThrow(mongo.MongoNetworkError);
  expect(acknowledged).toBeGreaterThan(5);
  const again = await connect(await start());
  expect(await again.countDocuments()).toBe(acknowledged);
  await again.insertOne({ _id: 'more', n: 0, email: '' });
});

test('a data directory has one engine at a time', async () => {
  await start();
  expect(await runEmbeddedMongo(['--data', dataDir])).toEqual({
    code: 3,
    message: expect.stringContaining('is in use by another process'),
  });
});

test('a directory with data of something else is left alone', async () => {
  await writeFile(join(dataDir, 'WiredTiger'), '');
  expect(await runEmbeddedMongo(['--data', dataDir])).toEqual({
    code: 4,
    message: expect.stringContaining('holds data of another engine'),
  });
});

test('data written in another format is left alone', async () => {
  await writeFile(join(dataDir, 'ENGINE'), 'something-older');
  expect(await runEmbeddedMongo(['--data', dataDir])).toEqual({
    code: 4,
    message: expect.stringContaining('was written by something-older'),
  });
});

test.each([[['--sync', 'maybe', '--memory']], [['--data']], [[]], [['--data', 'x', '--memory']], [['--port', 'x', '--memory']]])(
  'wrong arguments %j end it at once',
  async (args) => {
    expect(await runEmbeddedMongo(args)).toEqual({ code: 2, message: expect.stringMatching(/^embedded-mongo: /) });
  },
);

test('it ends by itself, cleanly, when whoever started it is gone', async () => {
  expect(await runEmbeddedMongo(['--data', dataDir])).toEqual({ code: 0, message: '' });
});

test('values of every type are read from the disk as they were written', async () => {
  const document = {
    _id: 't',
    money: mongo.Decimal128.fromString('12.30'),
    long: mongo.Long.fromString('9007199254740993'),
    short: 7,
    double: 0.1,
    at: new Date(5),
    none: null,
    yes: true,
    text: 'Zoë Müller 李 😀',
    empty: '',
    object: new mongo.ObjectId('0123456789abcdef01234567'),
    bytes: new mongo.Binary(Buffer.from([0, 1, 255])),
    uuid: new mongo.UUID('01234567-89ab-4def-8123-456789abcdef'),
    pattern: new mongo.BSONRegExp('^a.*', 'i'),
    deep: { list: [1, { two: 2 }, [], [[3]]], more: {} },
  };
  const first = await start();
  const before = (await connect(first)) as unknown as mongo.Collection<{ _id: string }>;
  await before.insertOne(document);
  await first.stop();
  const after = (await connect(await start())) as unknown as mongo.Collection<{ _id: string }>;
  const asStored = { promoteLongs: false, promoteValues: false, bsonRegExp: true } as const;
  const found = await after.findOne({ _id: 't' }, asStored);
  expect(mongo.BSON.serialize(found!)).toEqual(mongo.BSON.serialize(document));
});
