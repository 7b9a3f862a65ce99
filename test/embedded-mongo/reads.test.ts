// Finding, sorting, counting, aggregating; values and sizes of every kind; cursors over more than fits one reply.

import { createHash, randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { mongo } from 'mongoose';
import { numbers, useEngine } from './use-engine';

const engine = useEngine();
const MEBIBYTE = 1024 ** 2;
const key = (n: number) => `k${String(n).padStart(7, '0')}`;

test('a thousand documents by their ids, cut down to the wanted fields', async () => {
  await engine.rows.insertMany(numbers(1500).map((n) => ({ _id: `c/${n}`, email: `${n}@example.edu`, n })));
  const found = await engine.rows.find({ _id: { $in: numbers(1000).map((n) => `c/${n}`) } }, { projection: { email: 1 } }).toArray();
  expect(found).toHaveLength(1000);
  expect(found[0]).toEqual({ _id: 'c/0', email: '0@example.edu' });
});

describe('a projection', () => {
  const whole = { _id: 'p', a: 1, b: { c: 'x', d: [1, { e: 2 }] }, f: null };
  test.each<[projection: object, expected: object]>([
    [{ a: 1 }, { _id: 'p', a: 1 }],
    [
      { b: 1, f: true },
      { _id: 'p', b: whole.b, f: null },
    ],
    [{ a: 1, _id: 0 }, { a: 1 }],
    [{ _id: 1 }, { _id: 'p' }],
    [{ _id: 0 }, { a: 1, b: whole.b, f: null }],
    [
      { a: 0, f: false },
      { _id: 'p', b: whole.b },
    ],
    [
      { a: 0, _id: 0 },
      { b: whole.b, f: null },
    ],
    [{ nobody: 1 }, { _id: 'p' }],
    [{ nobody: 0 }, whole],
    [{ 'b.c': 1 }, { _id: 'p', b: { c: 'x' } }],
    [{ 'b.d': 0 }, { _id: 'p', a: 1, b: { c: 'x' }, f: null }],
    [{}, whole],
  ])('%j leaves what it says, and what is stored as it is', async (projection, expected) => {
    await engine.rows.insertOne(whole);
    expect(await engine.rows.findOne({ _id: 'p' }, { projection })).toEqual(expected);
    expect(await engine.rows.findOne({ _id: 'p' })).toEqual(whole);
  });

  test('may not both name fields and leave some out', async () => {
    await engine.rows.insertOne(whole);
    await expect(engine.rows.findOne({ _id: 'p' }, { projection: { a: 1, f: 0 } })).rejects.toThrow(mongo.MongoServerError);
  });
});

test('values of every type come back as they went', async () => {
  const document = {
    _id: 't',
    money: mongo.Decimal128.fromString('12.30'),
    long: mongo.Long.fromString('9007199254740993'),
    at: new Date(5),
    none: null,
    text: 'Zoë Müller 李 😀',
    deep: { list: [1, { two: 2 }, []] },
  };
  await engine.rows.insertOne(document);
  expect(await engine.rows.findOne({ _id: 't' }, { promoteLongs: false })).toMatchObject({
    ...document,
    deep: { list: [expect.anything(), expect.anything(), []] },
  });
});

test('arrays are matched by what they contain and changed in place', async () => {
  const rows = engine.db.collection<{ _id: number; tags: string[] }>(engine.rows.collectionName);
  await rows.insertMany([
    { _id: 1, tags: ['a', 'b'] },
    { _id: 2, tags: ['c'] },
  ]);
  expect(await rows.countDocuments({ tags: 'b' })).toBe(1);
  await rows.updateOne({ _id: 1 }, { $addToSet: { tags: 'c' } });
  await rows.updateOne({ _id: 1 }, { $pull: { tags: 'a' } });
  await rows.updateOne({ _id: 1 }, { $push: { tags: { $each: ['x'], $slice: -2 } } });
  expect(await rows.findOne({ _id: 1 })).toEqual({ _id: 1, tags: ['c', 'x'] });
});

test('distinct values, existence, and ids by prefix', async () => {
  await engine.rows.insertMany([
    { _id: 'a/1', c: 'a' },
    { _id: 'a/2', c: 'a' },
    { _id: 'ab/1', c: 'b' },
  ]);
  expect(new Set(await engine.rows.distinct('c'))).toEqual(new Set(['a', 'b']));
  expect(await engine.rows.countDocuments({ _id: /^a\// })).toBe(2);
  expect(await engine.rows.findOne({ _id: 'ab/1' })).not.toBeNull();
  expect(await engine.rows.estimatedDocumentCount()).toBe(3);
});

describe('aggregation', () => {
  test('groups, sorts and limits', async () => {
    await engine.rows.insertMany(numbers(150).map((n) => ({ _id: n, n, client: n < 100 ? 'a' : 'b' })));
    const groups = [{ $group: { _id: '$client', count: { $sum: 1 }, most: { $max: '$n' } } }, { $sort: { count: -1 } }, { $limit: 2 }];
    expect(await engine.rows.aggregate([{ $match: { client: { $exists: true } } }, ...groups]).toArray()).toEqual([
      { _id: 'a', count: 100, most: 99 },
      { _id: 'b', count: 50, most: 149 },
    ]);
  });

  test('unwinds, looks up in the same collection and branches', async () => {
    await engine.rows.insertMany([
      { _id: 't', tags: ['x', 'y'] },
      { _id: 'other', tags: ['z'] },
    ]);
    const lookup = { from: engine.rows.collectionName, pipeline: [{ $match: { _id: 'other' } }], as: 'found' };
    const branches = { count: [{ $count: 'n' }], first: [{ $limit: 1 }, { $project: { found: 1, tags: 1 } }] };
    expect(
      await engine.rows.aggregate([{ $match: { _id: 't' } }, { $unwind: '$tags' }, { $lookup: lookup }, { $facet: branches }]).toArray(),
    ).toEqual([{ count: [{ n: 2 }], first: [{ _id: 't', tags: 'x', found: [{ _id: 'other', tags: ['z'] }] }] }]);
  });
});

describe('many documents', () => {
  const COUNT = 50_000;
  let many: typeof engine.rows;

  beforeAll(async () => {
    many = engine.db.collection('many');
    for (let from = 0; from < COUNT; from += 10_000) {
      await many.insertMany(
        numbers(10_000).map((n) => ({ _id: key(from + n), n: from + n, pad: 'y'.repeat(150) })),
        { ordered: false },
      );
    }
  });

  test('stream in the order of their ids, forwards and backwards', async () => {
    let next = 0;
    for await (const { _id } of many.find({}, { batchSize: 1000 })) if (_id !== key(next++)) throw new Error(`${_id} is out of order.`);
    expect(next).toBe(COUNT);
    for await (const { _id } of many.find().sort({ _id: -1 })) if (_id !== key(--next)) throw new Error(`${_id} is out of order.`);
    expect(next).toBe(0);
  });

  test('are paged from the last id seen', async () => {
    const page = await many
      .find({ _id: { $gt: key(20_000) } })
      .sort({ _id: 1 })
      .limit(100)
      .toArray();
    expect(page.map(({ n }) => n)).toEqual(numbers(100).map((n) => 20_001 + n));
  });

  test('are counted, all and some', async () => {
    expect(await many.countDocuments()).toBe(COUNT);
    expect(await many.countDocuments({ n: { $lt: 100 } })).toBe(100);
    expect(await many.countDocuments({ _id: { $gte: key(10), $lt: key(30) } })).toBe(20);
  });

  test('each come once out of a cursor while others write', async () => {
    let seen = 0;
    for await (const { n } of many.find({}, { batchSize: 500 })) {
      if (seen++ % 20_000 === 0) await many.updateMany({ n: { $lt: 500 } }, { $set: { seenAt: n } });
    }
    expect(seen).toBe(COUNT);
  });
});

describe('large documents', () => {
  test.each([8, 15.9])('of %d MiB', async (mebibytes) => {
    const text = 'x'.repeat(Math.floor(mebibytes * MEBIBYTE));
    await engine.rows.replaceOne({ _id: 1 }, { text }, { upsert: true });
    expect((await engine.rows.findOne({ _id: 1 }))?.['text']).toHaveLength(text.length);
  });

  test('come in several replies when they are too much for one', async () => {
    for (const _id of numbers(5)) await engine.rows.insertOne({ _id, text: 'y'.repeat(8 * MEBIBYTE) });
    let total = 0;
    for await (const { text } of engine.rows.find()) total += text.length;
    expect(total).toBe(5 * 8 * MEBIBYTE);
  });

  test('as GridFS files of 50 MiB', async () => {
    const bytes = randomBytes(50 * MEBIBYTE);
    const bucket = new mongo.GridFSBucket(engine.db);
    await pipeline(Readable.from([bytes]), bucket.openUploadStream('file'));
    const hash = createHash('sha256');
    for await (const chunk of bucket.openDownloadStreamByName('file')) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
