// What the engine cannot do it refuses, so that nothing is tested here that would behave differently on MongoDB.

import { useEngine } from './use-engine';

const engine = useEngine();
const NOT_IMPLEMENTED = 238;

test.each<[string, () => Promise<unknown>, number]>([
  ['a partial index', () => engine.rows.createIndex({ z: 1 }, { partialFilterExpression: { a: 1 } }), NOT_IMPLEMENTED],
  ['an index that expires documents', () => engine.rows.createIndex({ z: 1 }, { expireAfterSeconds: 10 }), NOT_IMPLEMENTED],
  ['a text index', () => engine.rows.createIndex({ z: 'text' }), NOT_IMPLEMENTED],
  ['collation of a find', () => engine.rows.find({}).collation({ locale: 'de' }).toArray(), NOT_IMPLEMENTED],
  ['collation of an update', () => engine.rows.updateOne({}, { $set: { a: 1 } }, { collation: { locale: 'de' } }), NOT_IMPLEMENTED],
  ['an update pipeline', () => engine.rows.updateOne({ _id: 1 }, [{ $set: { a: 1 } }]), NOT_IMPLEMENTED],
  ['a JSON schema', () => engine.db.createCollection('vv', { validator: { $jsonSchema: {} } }), NOT_IMPLEMENTED],
  ['a validator', () => engine.db.createCollection('vw', { validator: { a: { $exists: true } } }), NOT_IMPLEMENTED],
  ['a capped collection', () => engine.db.createCollection('vc', { capped: true, size: 1000 }), NOT_IMPLEMENTED],
  ['a change stream', () => engine.rows.watch().next(), NOT_IMPLEMENTED],
  ['explain', () => engine.rows.find({ _id: 1 }).explain(), 59],
  [
    'an index name that another key has',
    async () => {
      await engine.rows.createIndex({ p: 1 }, { name: 'same' });
      await engine.rows.createIndex({ r: 1 }, { name: 'same' });
    },
    86,
  ],
])('%s', async (_, attempt, code) => {
  await expect(attempt()).rejects.toMatchObject({ code });
});

test('a transaction', async () => {
  const transaction = engine.client.withSession((session) => session.withTransaction(() => engine.rows.insertOne({ _id: 1 }, { session })));
  await expect(transaction).rejects.toThrow();
  expect(await engine.rows.countDocuments()).toBe(0);
});
