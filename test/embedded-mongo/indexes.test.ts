// Indexes: what they enforce, what they find, and that dropping one thing drops nothing beside it.

import { randomInt } from 'node:crypto';
import { createConnection, type mongo, Schema } from 'mongoose';
import { DUPLICATE, numbers, type Row, useEngine } from './use-engine';

const engine = useEngine();
const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)]!;
const at = (n: number) => new Date(1e12 + n * 1000);
const value = () =>
  pick<unknown>([randomInt(5), pick(['a', 'b', 'c']), null, new Date(randomInt(3)), 2.5, [1, 'b'], { k: randomInt(2) }, true]);
const condition = () =>
  pick<() => unknown>([
    value,
    () => ({ $in: [value(), value(), randomInt(7)] }),
    () => ({ $gte: randomInt(5), $lt: 2 + randomInt(6) }),
    () => ({ $gt: randomInt(4) }),
    () => ({ $ne: randomInt(5) }),
    () => ({ $lte: 'b' }),
    () => ({ $exists: randomInt(2) === 1 }),
  ])();
const namesOf = async (collection: mongo.Collection<Row>) => new Set((await collection.indexes()).map(({ name }) => name));

describe('a unique index', () => {
  beforeEach(async () => {
    await engine.rows.createIndex({ email: 1 }, { unique: true });
    await engine.rows.insertOne({ _id: 1, email: 'a' });
  });

  test('refuses a second document with the value', async () => {
    await expect(engine.rows.insertOne({ _id: 2, email: 'a' })).rejects.toMatchObject(DUPLICATE);
  });

  test('refuses an update to a value that is taken', async () => {
    await engine.rows.insertOne({ _id: 3, email: 'c' });
    await expect(engine.rows.updateOne({ _id: 3 }, { $set: { email: 'a' } })).rejects.toMatchObject(DUPLICATE);
  });

  test('counts a missing value as one value, too', async () => {
    await engine.rows.insertOne({ _id: 4 });
    await expect(engine.rows.insertOne({ _id: 5 })).rejects.toMatchObject(DUPLICATE);
  });

  test('gives a value free with the document or the field that had it', async () => {
    await engine.rows.updateOne({ _id: 1 }, { $unset: { email: '' } });
    await engine.rows.insertOne({ _id: 2, email: 'a' });
    await engine.rows.deleteOne({ _id: 2 });
    await engine.rows.insertOne({ _id: 3, email: 'a' });
  });
});

test('a sparse unique index lets any number be without the value', async () => {
  await engine.rows.createIndex({ k: 1 }, { unique: true, sparse: true });
  await engine.rows.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, k: 1 }]);
  await expect(engine.rows.insertOne({ _id: 4, k: 1 })).rejects.toMatchObject(DUPLICATE);
});

test('a unique index is not built over duplicates, and is once they are gone', async () => {
  await engine.rows.insertMany([
    { _id: 1, k: 1 },
    { _id: 2, k: 1 },
  ]);
  await expect(engine.rows.createIndex({ k: 1 }, { unique: true })).rejects.toMatchObject(DUPLICATE);
  expect(await namesOf(engine.rows)).toEqual(new Set(['_id_']));
  await engine.rows.deleteOne({ _id: 1 });
  await engine.rows.createIndex({ k: 1 }, { unique: true });
  await expect(engine.rows.insertOne({ _id: 3, k: 1 })).rejects.toMatchObject(DUPLICATE);
});

test('a compound index serves equality, range, order and limit, and follows updates', async () => {
  await engine.rows.createIndexes([{ key: { startedAt: -1 } }, { key: { client: 1, startedAt: -1 } }, { key: { tags: 1 } }]);
  await engine.rows.insertMany(
    numbers(20_000).map((n) => ({ _id: n, client: `c${n % 10}`, startedAt: at((n * 7919) % 20_000), tags: [`t${n % 3}`, `u${n % 5}`] })),
  );
  const newest = await engine.rows.find().sort({ startedAt: -1 }).limit(20).toArray();
  expect(newest.map(({ startedAt }) => startedAt)).toEqual(numbers(20).map((n) => at(19_999 - n)));
  const page = await engine.rows
    .find({ client: 'c3', startedAt: { $lt: at(5000) } })
    .sort({ startedAt: -1 })
    .limit(5)
    .toArray();
  expect(page.map(({ client }) => client)).toEqual(['c3', 'c3', 'c3', 'c3', 'c3']);
  expect(page.map(({ startedAt }) => startedAt)).toEqual([4997, 4987, 4977, 4967, 4957].map(at));
  expect(await engine.rows.find({ startedAt: { $gte: at(0), $lt: at(100) } }).toArray()).toHaveLength(100);
  expect(await engine.rows.find({ tags: { $in: ['t0', 'u0'] } }).toArray()).toHaveLength(
    numbers(20_000).filter((n) => n % 3 === 0 || n % 5 === 0).length,
  );
  expect(await engine.rows.countDocuments({ tags: 't1' })).toBe(6667);
  await engine.rows.updateMany({ client: 'c3' }, { $set: { client: 'c4' } });
  expect([await engine.rows.countDocuments({ client: 'c4' }), await engine.rows.countDocuments({ client: 'c3' })]).toEqual([4000, 0]);
});

test('200 random queries have the same answers with indexes and without', async () => {
  const plain = engine.db.collection<Row>('plain');
  await engine.rows.createIndexes([{ key: { x: 1, y: -1 } }, { key: { y: 1 } }, { key: { z: 1 } }]);
  const documents = numbers(600).map((_id) => ({
    _id,
    ...(randomInt(5) > 0 && { x: value() }),
    ...(randomInt(5) > 0 && { y: randomInt(7) }),
    ...(randomInt(3) > 0 && { z: [randomInt(4), randomInt(9)] }),
  }));
  await Promise.all([engine.rows.insertMany(documents), plain.insertMany(documents)]);
  const sorts: mongo.Sort[] = [{ _id: 1 }, { y: 1, _id: 1 }, { y: -1, _id: -1 }, { x: 1, y: -1, _id: 1 }, { z: 1, _id: 1 }, { _id: -1 }];
  for (let query = 0; query < 200; query++) {
    const filter = Object.fromEntries(['x', 'y', 'z'].filter(() => randomInt(2) === 1).map((name) => [name, condition()]));
    const sort = pick(sorts);
    const ask = async (collection: mongo.Collection<Row>) => ({
      ids: (await collection.find(filter).sort(sort).limit(50).toArray()).map(({ _id }) => _id),
      count: await collection.countDocuments(filter),
      filter,
      sort,
    });
    expect(await ask(engine.rows)).toEqual(await ask(plain));
  }
});

test('mongoose brings the indexes of a model up to date', async () => {
  const connection = await createConnection(engine.uri, { autoIndex: false }).asPromise();
  try {
    const modelOf = (...indexes: [Record<string, 1 | -1>, object?][]) => {
      const schema = new Schema({ a: Number, b: Number });
      for (const [key, options] of indexes) schema.index(key, options);
      return connection.model('Synced', schema, 'synced', { overwriteModels: true });
    };
    const first = modelOf([{ a: 1 }], [{ b: 1 }, { unique: true }]);
    await first.createCollection();
    await first.syncIndexes();
    const second = modelOf([{ a: 1, b: -1 }], [{ b: 1 }]);
    expect(new Set(await second.syncIndexes())).toEqual(new Set(['a_1', 'b_1']));
    expect(await second.syncIndexes()).toEqual([]);
    const described = (await second.listIndexes()).map(({ name, unique }) => `${name}${unique === true ? ' unique' : ''}`);
    expect(new Set(described)).toEqual(new Set(['_id_', 'a_1_b_-1', 'b_1']));
  } finally {
    await connection.close();
  }
});

test('dropping the indexes of one collection leaves those of the same name elsewhere', async () => {
  const other = engine.db.collection<Row>('other');
  await Promise.all([engine.rows, other].map((collection) => collection.createIndex({ k: 1 }, { unique: true })));
  await engine.rows.dropIndexes();
  expect([await namesOf(engine.rows), await namesOf(other)]).toEqual([new Set(['_id_']), new Set(['_id_', 'k_1'])]);
});

test('dropping a database leaves one whose name only begins like it', async () => {
  const [short, long] = ['pre', 'pre_fix'].map((name) => engine.client.db(name));
  await Promise.all([short, long].map((db) => db!.collection('rows').insertOne({ n: 1 })));
  await short!.dropDatabase();
  expect([await short!.collection('rows').countDocuments(), await long!.collection('rows').countDocuments()]).toEqual([0, 1]);
});
