// What a write does, alone, in bulk and beside others: as MongoDB answers it.

import { createConnection, type mongo, Schema } from 'mongoose';
import { DUPLICATE, numbers, type Row, useEngine } from './use-engine';

const engine = useEngine();

const upsert = (_id: Row['_id'], $set: mongo.Document, $setOnInsert: mongo.Document = {}) => ({
  updateOne: { filter: { _id }, update: { $set, $setOnInsert }, upsert: true },
});
const ids = async () => (await engine.rows.find({}, { sort: { _id: 1 } }).toArray()).map(({ _id }) => _id);

test('introduces itself as a version that current drivers accept', async () => {
  expect((await engine.db.command({ hello: 1 }))['maxWireVersion']).toBe(21);
  expect((await engine.db.admin().buildInfo())['version']).toBe('7.0.0');
});

describe('a bulk of upserts', () => {
  test.each([500, 1000])('of %i statements counts inserted, matched and modified apart', async (count) => {
    const statements = numbers(count).map((n) => upsert(`c/${n}`, { n, status: 'active' }, { born: new Date(0), tags: [] }));
    const run = async (all = statements) => {
      const { upsertedCount, matchedCount, modifiedCount } = await engine.rows.bulkWrite(all, { ordered: false });
      return [upsertedCount, matchedCount, modifiedCount];
    };
    expect(await run()).toEqual([count, 0, 0]);
    expect(await run()).toEqual([0, count, 0]);
    expect(await run([...statements.slice(1), upsert('c/0', { n: -1 })])).toEqual([0, count, 1]);
  });

  test('numbers the upserted ones by their statement', async () => {
    await engine.rows.insertOne({ _id: 'old', n: 0 });
    const { upsertedIds } = await engine.rows.bulkWrite([upsert('old', { n: 1 }), upsert('new', { n: 1 })], { ordered: false });
    expect(upsertedIds).toEqual({ 1: 'new' });
  });

  test('keeps what is set on insert only, an empty array as well', async () => {
    await engine.rows.bulkWrite([upsert('a', { n: 1 }, { tags: [], born: new Date(0) })]);
    await engine.rows.bulkWrite([upsert('a', { n: 2 }, { tags: ['later'], born: new Date(9) })]);
    expect(await engine.rows.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 2, tags: [], born: new Date(0) });
  });
});

describe('errors within a bulk', () => {
  const withDuplicate = [
    { _id: 10, email: 'k' },
    { _id: 11, email: 'a' },
    { _id: 12, email: 'l' },
  ];
  beforeEach(async () => {
    await engine.rows.createIndex({ email: 1 }, { unique: true });
    await engine.rows.insertOne({ _id: 1, email: 'a' });
  });

  test('unordered: the rest is applied, the error has the place of its statement', async () => {
    const error = await engine.rows
      .bulkWrite(
        withDuplicate.map((document) => ({ insertOne: { document } })),
        { ordered: false },
      )
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ ...DUPLICATE, result: { insertedCount: 2 }, writeErrors: [{ index: 1, code: 11_000 }] });
    expect(await ids()).toEqual([1, 10, 12]);
  });

  test('ordered: nothing behind the error is applied, for updates', async () => {
    const statements = withDuplicate.map(({ _id, email }) => upsert(_id, { email }));
    await expect(engine.rows.bulkWrite(statements, { ordered: true })).rejects.toMatchObject(DUPLICATE);
    expect(await ids()).toEqual([1, 10]);
  });

  test('ordered: nothing behind the error is applied or counted, for inserts', async () => {
    await expect(engine.rows.insertMany(withDuplicate, { ordered: true })).rejects.toMatchObject({
      ...DUPLICATE,
      result: { insertedCount: 1 },
    });
    expect(await ids()).toEqual([1, 10]);
  });
});

describe('find and update', () => {
  test('of many who claim one lease, exactly one gets it', async () => {
    const claim = (holder: number) =>
      engine.rows.findOneAndUpdate(
        { _id: 'lease', until: { $lt: new Date() } },
        { $set: { holder, until: new Date(Date.now() + 60_000) } },
        { upsert: true, returnDocument: 'after' },
      );
    const claims = await Promise.allSettled(numbers(40).map(claim));
    const [winner, ...others] = claims.toSorted((a, b) => a.status.localeCompare(b.status));
    expect(winner).toMatchObject({ status: 'fulfilled', value: await engine.rows.findOne({ _id: 'lease' }) });
    for (const loser of others) expect(loser).toMatchObject({ status: 'rejected', reason: DUPLICATE });
  });

  test('tells that an upsert updated nothing that existed', async () => {
    const result = await engine.rows.findOneAndUpdate({ _id: 'm' }, { $set: { n: 1 } }, { upsert: true, includeResultMetadata: true });
    expect(result.lastErrorObject).toMatchObject({ updatedExisting: false });
  });
});

test('counters that many raise at once lose nothing', async () => {
  await Promise.all(numbers(40).map(() => engine.rows.updateOne({ _id: 'x' }, { $inc: { n: 1 } }, { upsert: true })));
  expect(await engine.rows.findOne({ _id: 'x' })).toEqual({ _id: 'x', n: 40 });
});

test('updateMany and deleteMany reach all that match and nothing else', async () => {
  await engine.rows.insertMany(numbers(50).map((n) => ({ _id: n, n, status: 'active' })));
  expect((await engine.rows.updateMany({ status: 'active', n: { $lt: 10 } }, { $set: { status: 'archived' } })).modifiedCount).toBe(10);
  expect((await engine.rows.deleteMany({ status: 'archived' })).deletedCount).toBe(10);
  expect(await engine.rows.countDocuments()).toBe(40);
});

test('an update that may match a revision or none at all matches as MongoDB does', async () => {
  await engine.rows.insertMany([{ _id: 'none' }, { _id: 'zero', rev: 0 }, { _id: 'null', rev: null }, { _id: 'one', rev: 1 }]);
  const { matchedCount } = await engine.rows.updateMany({ rev: { $not: { $gt: 0 } } }, { $inc: { seen: 1 } });
  expect(matchedCount).toBe(3);
  expect(await engine.rows.findOne({ _id: 'one' })).toEqual({ _id: 'one', rev: 1 });
});

test('a collection that several commands make at once is made once', async () => {
  await Promise.all(
    numbers(40).map(async (n) => {
      const made = engine.rows.db.createCollection(`made-${n}`).then(
        ({ collectionName }) => collectionName,
        (error: { readonly code?: unknown }) => error.code,
      );
      const rows = engine.rows.db.collection<{ readonly _id: number }>(`made-${n}`);
      await Promise.all([rows.insertOne({ _id: 1 }), rows.insertOne({ _id: 2 }), rows.createIndex({ n: 1 })]);
      // NamespaceExists, as MongoDB says when it came second.
      expect([48, rows.collectionName]).toContain(await made);
      expect(await rows.countDocuments()).toBe(2);
    }),
  );
});

test('mongoose keeps its time stamps and refuses to save over a newer version', async () => {
  const connection = await createConnection(engine.uri, { autoIndex: false }).asPromise();
  try {
    const Model = connection.model('Versioned', new Schema({ numbers: [Number] }, { timestamps: true, optimisticConcurrency: true }));
    const mine = await Model.create({ numbers: [1] });
    const theirs = await Model.findById(mine.id).orFail();
    mine.numbers.push(2);
    await mine.save();
    theirs.numbers.push(3);
    await expect(theirs.save()).rejects.toMatchObject({ name: 'VersionError' });
    expect(await Model.findById(mine.id).lean()).toMatchObject({ numbers: [1, 2], updatedAt: mine.updatedAt });
  } finally {
    await connection.close();
  }
});
