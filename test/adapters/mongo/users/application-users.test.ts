// Users as the surrounding application leaves them: without keys, with keys of former values, with a `rev` that is not a number, under
// indexes and validators of its own. Uniqueness goes by what is stored, and one user that cannot be written stops nobody else.

import { mongo as driver } from 'mongoose';
import { importIdOf, type UserId, userIdOf } from '../../../../src/domain/ids';
import type { FieldValues, SharedValue, UserWrite } from '../../../../src/domain/user';
import { useMongo } from '../../../support/use-mongo';

const AT = new Date('2026-03-01T08:00:00Z');
const mongo = useMongo();
afterEach(() => jest.restoreAllMocks());

const id = (uniqueId: string): UserId => userIdOf(mongo.clientId, uniqueId);
const run = (seq: number) => ({ clientId: mongo.clientId, importId: importIdOf(mongo.clientId, seq), seq, at: AT });
const write = (seq: number, ...writes: UserWrite[]) => mongo.store.users.write(run(seq), writes);
const create = (uniqueId: string, line: number, set: FieldValues = {}): UserWrite => ({
  kind: 'create',
  userId: id(uniqueId),
  uniqueId,
  line,
  set,
});
const update = async (uniqueId: string, line: number, set: FieldValues): Promise<UserWrite> => {
  const { rev } = (await mongo.store.users.read([id(uniqueId)])).get(id(uniqueId))!;
  return { kind: 'update', userId: id(uniqueId), line, rev, set, before: {} };
};
const users = () => mongo.collection('users');
const stored = (uniqueId: string) => users().findOne({ _id: id(uniqueId) });
/** As an application does that knows nothing of imports. */
const add = (uniqueId: string, values: object) => users().insertOne({ _id: id(uniqueId), clientId: mongo.clientId, uniqueId, ...values });
const key = (value: string) => `${mongo.clientId}/${value}`;
const holdersOf = async (...emails: string[]) =>
  Object.fromEntries((await mongo.store.users.holders(mongo.clientId, { emails, userNames: [] })).emails);

async function repair() {
  let mended = 0;
  const shared: SharedValue[] = [];
  for await (const step of mongo.store.users.repairKeys(mongo.clientId)) {
    mended += step.mended;
    shared.push(...step.shared);
  }
  return { mended, shared };
}

describe('keys that do not say what is stored', () => {
  test('are mended for all users of the client, and for nobody else', async () => {
    await add('new', { email: 'New@people.example', userName: 'new' });
    await add('changed', { email: 'Zoë@people.example', emailKey: key('old@people.example'), userName: 'c', userNameKey: key('c') });
    await add('removed', { email: null, emailKey: key('gone@people.example') });
    await add('unset', { userNameKey: key('gone') });
    await add('empty', { email: '', userName: 5 });
    await add('right', { email: 'Right@people.example', emailKey: key('right@people.example') });
    await users().insertOne({ _id: `${mongo.clientId}a/1`, email: 'other@people.example' });
    expect(await repair()).toEqual({ mended: 5, shared: [] });
    expect(await stored('new')).toMatchObject({ emailKey: key('new@people.example'), userNameKey: key('new') });
    expect(await stored('changed')).toMatchObject({ emailKey: key('zoë@people.example'), userNameKey: key('c') });
    for (const one of ['removed', 'unset', 'empty']) expect(await stored(one)).not.toHaveProperty('emailKey');
    expect(await stored('unset')).not.toHaveProperty('userNameKey');
    expect(await users().findOne({ _id: `${mongo.clientId}a/1` })).not.toHaveProperty('emailKey');
    expect(await repair()).toEqual({ mended: 0, shared: [] });
  });

  test('give way to whoever has the value, in whatever order they are met', async () => {
    await add('1', { email: 'b@people.example', emailKey: key('a@people.example') });
    await add('2', { email: 'a@people.example', emailKey: key('b@people.example') });
    await add('3', { email: 'c@people.example' });
    await add('4', { email: 'd@people.example', emailKey: key('c@people.example') });
    await repair();
    expect(await holdersOf('a@people.example', 'b@people.example', 'c@people.example', 'd@people.example')).toEqual({
      'a@people.example': id('2'),
      'b@people.example': id('1'),
      'c@people.example': id('3'),
      'd@people.example': id('4'),
    });
  });

  test('cannot be given to two: who shares a value is named, every time', async () => {
    await add('1', { email: 'one@people.example' });
    await add('2', { email: 'ONE@people.example', userName: 'two' });
    const shared = [{ userId: id('2'), field: 'email', heldBy: id('1') }];
    expect(await repair()).toEqual({ mended: 2, shared });
    expect(await repair()).toEqual({ mended: 0, shared });
    expect(await stored('2')).toMatchObject({ userNameKey: key('two') });
  });

  test('hold nothing, and do not stand in the way of a write', async () => {
    await write(1, create('1', 2, { email: 'a@people.example' }), create('2', 3, { email: 'b@people.example' }));
    await users().updateOne({ _id: id('1') }, { $set: { email: 'married@people.example' } });
    expect(await holdersOf('a@people.example')).toEqual({});
    const change = [create('3', 2, { email: 'a@people.example' }), await update('2', 3, { city: 'B' })];
    expect(await write(2, ...change)).toEqual(['raced', 'written']);
    expect(await write(2, ...change)).toEqual(['written', 'written']);
    expect(await stored('1')).toMatchObject({ email: 'married@people.example', emailKey: key('married@people.example') });
  });

  test('are not mended for what somebody changes in that moment', async () => {
    await add('1', { email: 'a@people.example' });
    const { Collection } = driver;
    const bulkWrite = Reflect.get(Collection.prototype, 'bulkWrite');
    jest.spyOn(Collection.prototype, 'bulkWrite').mockImplementationOnce(async function (this: driver.Collection, ...args) {
      await users().updateOne({ _id: id('1') }, { $set: { email: 'z@people.example' } });
      return bulkWrite.apply(this, args);
    });
    await repair();
    expect(await stored('1')).not.toHaveProperty('emailKey');
    await repair();
    expect(await stored('1')).toMatchObject({ emailKey: key('z@people.example') });
  });

  test('are found among more users than one look goes over', async () => {
    const many = Array.from({ length: 10_050 }, (_, n) => ({
      _id: id(String(n).padStart(6, '0')),
      clientId: mongo.clientId,
      userName: `u${n}`,
    }));
    await users().insertMany(many.map((one, n) => ({ ...one, ...(n % 5_000 !== 0 && { userNameKey: key(one.userName) }) })));
    expect(await repair()).toEqual({ mended: 3, shared: [] });
    expect(await users().countDocuments({ _id: { $in: [many[0]!._id, many[10_000]!._id] }, userNameKey: { $exists: true } })).toBe(2);
  });
});

describe('a revision that is not one', () => {
  const ODD = [
    null,
    'seven',
    '7',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    [3],
    { n: 1 },
    new Date(5),
    true,
    driver.Long.fromString('9007199254740995'),
  ];

  test.each(ODD)('%p: the user is written, with a number', async (rev) => {
    await add('1', { city: 'A', rev });
    await add('2', { city: 'A', rev: 4 });
    const attempt = async (seq: number) => write(seq, await update('1', 2, { city: 'B' }), await update('2', 3, { city: 'B' }));
    const [first, other] = await attempt(1);
    expect(other).toBe('written');
    if (first !== 'written') expect(await attempt(2)).toEqual(['written', 'written']);
    expect(await stored('1')).toMatchObject({ city: 'B', rev: expect.any(Number) });
  });

  test('is no excuse for overwriting what somebody writes in that moment', async () => {
    await add('1', { city: 'A', rev: 'seven' });
    const planned = await update('1', 2, { city: 'B' });
    expect(await write(1, planned)).toEqual(['raced']);
    await users().updateOne({ _id: id('1') }, { $set: { city: 'C' }, $inc: { rev: 1 } });
    expect(await write(1, planned)).toEqual(['raced']);
    expect(await stored('1')).toMatchObject({ city: 'C', rev: 2 });
  });

  test('nothing is ever added to what is stored: MongoDB refuses that for null', async () => {
    const sent: unknown[] = [];
    const bulkWrite = Reflect.get(driver.Collection.prototype, 'bulkWrite');
    jest.spyOn(driver.Collection.prototype, 'bulkWrite').mockImplementation(async function (this: driver.Collection, operations, options) {
      sent.push(...operations);
      return bulkWrite.call(this, operations, options);
    });
    await add('1', { city: 'A', rev: null });
    expect(await write(1, await update('1', 2, { city: 'B' }))).toEqual(['written']);
    expect(JSON.stringify(sent)).not.toContain('$inc');
  });
});

describe('what the application refuses', () => {
  test('a unique index of its own rejects that record alone, and is named', async () => {
    await users().createIndex({ studentNo: 1 }, { unique: true, sparse: true, name: 'students' });
    try {
      await add('1', { studentNo: 'S1' });
      const writes = [
        create('2', 2, { studentNo: 'S1', email: 'b@people.example' }),
        create('3', 3, { studentNo: 'S3' }),
        await update('1', 4, { city: 'B' }),
      ];
      expect(await write(1, ...writes)).toEqual([{ refusedBy: 'the index students of users' }, 'written', 'written']);
      expect(await write(2, await update('3', 2, { studentNo: 'S1' }))).toEqual([{ refusedBy: 'the index students of users' }]);
      expect(await mongo.collection('userChanges').countDocuments({ userId: id('3') })).toBe(0);
    } finally {
      await users().dropIndex('students');
    }
  });

  /** As MongoDB answers; the embedded engine has no validators. */
  const refuse = (code: number, errmsg: string, at = 0) => {
    const bulkWrite = Reflect.get(driver.Collection.prototype, 'bulkWrite');
    jest.spyOn(driver.Collection.prototype, 'bulkWrite').mockImplementation(async function (this: driver.Collection, operations, options) {
      if (this.collectionName !== 'users') return bulkWrite.call(this, operations, options);
      const others = operations.filter((_, index) => index !== at);
      if (others.length > 0) await bulkWrite.call(this, others, options);
      const result = { getWriteConcernError: () => undefined } as driver.BulkWriteResult;
      throw new driver.MongoBulkWriteError({ message: errmsg, code, writeErrors: [{ index: at, code, errmsg }] as never }, result);
    });
  };

  test('a validator of its own, too', async () => {
    refuse(121, 'Document failed validation');
    expect(await write(1, create('1', 2), create('2', 3))).toEqual([{ refusedBy: 'the validator of users' }, 'written']);
  });

  test('any other error of one document, too, by its number', async () => {
    refuse(16_755, "Can't extract geo keys: Jo Li, 1 Main Street");
    expect(await write(1, create('1', 2), create('2', 3))).toEqual([{ refusedBy: 'error 16755' }, 'written']);
  });

  test('a unique index that the error does not name is still told, and nothing of the value', async () => {
    refuse(11_000, 'E11000 duplicate key error dup key: { studentNo: "Jo Li" }');
    expect(await write(1, create('1', 2))).toEqual([{ refusedBy: 'a unique index of users' }]);
  });

  test.each([10_107, 11_600, 13, 50, 112, 14_031])('an error of the server (%i) rejects nobody: the step is tried again', async (code) => {
    refuse(code, 'not now');
    await expect(write(1, create('1', 2))).rejects.toThrow('not now');
  });

  test('an undo is told as well', async () => {
    await write(1, create('1', 2, { city: 'A' }));
    refuse(121, 'Document failed validation');
    const [user] = (await mongo.store.users.read([id('1')])).values();
    const back = {
      rev: user!.rev,
      backTo: null,
      set: { city: 'Z' },
      unset: [],
      status: null,
      archived: null,
      imported: null,
      gaveUp: null,
    };
    expect(await mongo.store.users.restore(run(1), [{ userId: id('1'), ...back } as never])).toEqual([
      { refusedBy: 'the validator of users' },
    ]);
  });
});
