// Writing users against the engine in use: who wins, what is left behind, and that every step may be repeated.

import { mongo as driver } from 'mongoose';
import { importIdOf, type UserId, userIdOf } from '../../../../src/domain/ids';
import type { FieldValues, User, UserWrite } from '../../../../src/domain/user';
import { useMongo } from '../../../support/use-mongo';

const AT = new Date('2026-03-01T08:00:00Z');
const mongo = useMongo();

const run = (seq = 1) => ({ clientId: mongo.clientId, importId: importIdOf(mongo.clientId, seq), seq, at: AT });
const id = (uniqueId: string): UserId => userIdOf(mongo.clientId, uniqueId);
const create = (uniqueId: string, line: number, set: FieldValues = {}): UserWrite => ({
  kind: 'create',
  userId: id(uniqueId),
  uniqueId,
  line,
  set,
});
const change = (user: User, line: number, set: FieldValues, kind: 'update' | 'archive' | 'reactivate' = 'update'): UserWrite => ({
  kind,
  userId: user.userId,
  line,
  rev: user.rev,
  set,
  before: Object.fromEntries(Object.keys(set).map((name) => [name, user.values[name as keyof FieldValues] ?? null])),
});
const write = (seq: number, ...writes: UserWrite[]) => mongo.store.users.write(run(seq), writes);
const read = async (uniqueId: string): Promise<User> => {
  const user = (await mongo.store.users.read([id(uniqueId)])).get(id(uniqueId));
  if (user === undefined) throw new Error(`There is no user ${uniqueId}.`);
  return user;
};
/** As the surrounding application does. */
const writtenByOthers = (uniqueId: string, values: FieldValues) =>
  mongo.collection('users').updateOne({ _id: id(uniqueId) }, { $set: values, $inc: { rev: 1 } });
const stored = (uniqueId: string) => mongo.collection('users').findOne({ _id: id(uniqueId) });
const batch = (from: number) =>
  Array.from({ length: 2500 }, (_, i) => create(`u${from + i}`, from + i, { email: `u${from + i}@example.edu` }));
const images = () =>
  mongo
    .collection('userChanges')
    .find({ userId: new RegExp(`^${mongo.clientId}/`) })
    .sort({ _id: 1 })
    .toArray();

/** What others do once a write has put its before-images down, and before it comes to the users. */
function beforeUsersAreWritten(meanwhile: () => Promise<void>): jest.SpyInstance {
  const { Collection } = driver;
  const bulkWrite = Reflect.get(Collection.prototype, 'bulkWrite');
  let isFirst = true;
  return jest.spyOn(Collection.prototype, 'bulkWrite').mockImplementation(async function (this: driver.Collection, ...args) {
    if (this.collectionName === 'users' && isFirst) {
      isFirst = false;
      await meanwhile();
    }
    return bulkWrite.apply(this, args);
  });
}
afterEach(() => jest.restoreAllMocks());

describe('read', () => {
  test('finds all of them, also where one reply does not hold what the application keeps in them', async () => {
    const large = 'x'.repeat(9 * 1024 * 1024);
    const ids = ['1', '2', '3'].map(id);
    await mongo.collection('users').insertMany(ids.map((_id) => ({ _id, clientId: mongo.clientId, city: 'Ottawa', photo: large })));
    const found = await mongo.store.users.read([...ids, id('4')]);
    expect([...found.keys()].toSorted()).toEqual(ids);
    await mongo.collection('users').deleteMany({ _id: { $in: ids } });
  });

  test('for a decision, gives the values of the record where they are stored, and else what is stored', async () => {
    const values = { city: 'Ottawa', lastName: 'Müller', userTypeId: 3 };
    await write(1, create('1', 2, values), create('2', 3, values), create('3', 4, values));
    const same = { city: 'Ottawa', userTypeId: 3 };
    const found = await mongo.store.users.compare(
      new Map<UserId, FieldValues>([
        [id('1'), { city: 'Gatineau', lastName: 'Muller', street: '1 Main Street' }],
        [id('2'), { ...values, street: '1 Main Street' }],
        [id('3'), same],
        [id('4'), same],
      ]),
    );
    expect([...found.keys()]).toEqual(['1', '2', '3'].map(id));
    for (const one of ['1', '2', '3']) {
      const { created: _, updatedAt: __, ...user } = await read(one);
      expect(found.get(id(one))).toEqual({ ...user, values: one === '3' ? same : values });
    }
    expect(found.get(id('3'))!.values).toBe(same);
  });
});

describe('create', () => {
  test('stores the values, who the user is, which import and line did it, and revision 1', async () => {
    expect(await write(1, create('007', 2, { email: 'Jo.Li@Example.edu', userTypeId: 3 }))).toEqual(['written']);
    expect(await read('007')).toEqual({
      userId: id('007'),
      clientId: mongo.clientId,
      uniqueId: '007',
      status: 'active',
      rev: 1,
      values: { email: 'Jo.Li@Example.edu', userTypeId: 3 },
      imported: { importId: importIdOf(mongo.clientId, 1), seq: 1, line: 2, decision: 'create' },
      created: { importId: importIdOf(mongo.clientId, 1), line: 2, at: AT },
      updatedAt: AT,
    });
    expect(await stored('007')).toMatchObject({ uniqueId: '007', clientId: mongo.clientId });
  });

  test('keeps no before-image: there was nothing', async () => {
    await write(1, create('1', 2));
    expect(await images()).toEqual([]);
  });

  test('keeps a unique id with slashes and dots whole', async () => {
    await write(1, create('a/b.c$d', 2));
    expect((await read('a/b.c$d')).uniqueId).toBe('a/b.c$d');
  });

  test('of a user that another import created meanwhile is raced, and leaves that user alone', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    expect(await write(2, create('1', 9, { firstName: 'Bea' }))).toEqual(['raced']);
    expect((await read('1')).values).toEqual({ firstName: 'Ada' });
  });

  test.each([
    ['e-mail, in any case', { email: 'JO@example.edu' }, { email: 'jo@example.EDU' }],
    ['user name', { userName: 'parking1' }, { userName: 'parking1' }],
  ])('is taken when another user of the client holds the %s', async (_, held, wanted) => {
    await write(1, create('1', 2, held));
    expect(await write(1, create('2', 3, wanted), create('3', 4))).toEqual(['taken', 'written']);
    expect(await stored('2')).toBeNull();
  });

  test('lets two clients have the same e-mail and the same unique id', async () => {
    const other = { clientId: 'other-client' as typeof mongo.clientId, importId: importIdOf('other-client' as typeof mongo.clientId, 1) };
    await write(1, create('1', 2, { email: 'jo@example.edu' }));
    const theirs = { ...create('1', 2, { email: 'jo@example.edu' }), userId: userIdOf(other.clientId, '1') };
    expect(await mongo.store.users.write({ ...other, seq: 1, at: AT }, [theirs])).toEqual(['written']);
  });
});

describe('change', () => {
  test('sets only what it names, counts the revision up and keeps the values it replaced', async () => {
    await write(1, create('1', 2, { firstName: 'Ada', city: 'Hull' }));
    expect(await write(2, change(await read('1'), 5, { firstName: 'Bea', lastName: 'Lee' }))).toEqual(['written']);
    expect(await read('1')).toMatchObject({
      rev: 2,
      values: { firstName: 'Bea', lastName: 'Lee', city: 'Hull' },
      imported: { importId: importIdOf(mongo.clientId, 2), seq: 2, line: 5, decision: 'update' },
    });
    expect(await images()).toEqual([
      {
        _id: `${importIdOf(mongo.clientId, 2)}/000000005`,
        userId: id('1'),
        decision: 'update',
        rev: 1,
        before: { firstName: 'Ada', lastName: null },
        after: { firstName: 'Bea', lastName: 'Lee' },
        former: {},
        at: AT,
      },
    ]);
  });

  test('archives with import and time, and reactivates without a trace of it', async () => {
    await write(1, create('1', 2));
    await write(2, change(await read('1'), 2, {}, 'archive'));
    expect(await stored('1')).toMatchObject({ status: 'archived', archived: { importId: importIdOf(mongo.clientId, 2), at: AT } });
    await write(3, change(await read('1'), 2, { city: 'Hull' }, 'reactivate'));
    const user = await stored('1');
    expect(user).toMatchObject({ status: 'active', rev: 3, city: 'Hull' });
    expect(user).not.toHaveProperty('archived');
  });

  test('an update leaves an archived user archived', async () => {
    await write(1, create('1', 2));
    await write(2, change(await read('1'), 2, {}, 'archive'));
    await write(3, change(await read('1'), 2, { city: 'Hull' }));
    expect(await stored('1')).toMatchObject({ status: 'archived', archived: { importId: importIdOf(mongo.clientId, 2) } });
  });

  test('of a user that somebody wrote meanwhile is raced, changes nothing and leaves no before-image', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const seen = await read('1');
    await writtenByOthers('1', { firstName: 'Cleo' });
    expect(await write(2, change(seen, 5, { firstName: 'Bea' }))).toEqual(['raced']);
    expect((await read('1')).values).toEqual({ firstName: 'Cleo' });
    expect(await images()).toEqual([]);
  });

  test('of a user that is gone is raced', async () => {
    await write(1, create('1', 2));
    const seen = await read('1');
    await mongo.collection('users').deleteOne({ _id: id('1') });
    expect(await write(2, change(seen, 5, { firstName: 'Bea' }))).toEqual(['raced']);
  });

  test('is taken when another user holds the new e-mail, and the user keeps everything', async () => {
    await write(1, create('1', 2, { email: 'a@example.edu' }), create('2', 3, { email: 'b@example.edu', city: 'Hull' }));
    expect(await write(2, change(await read('2'), 3, { email: 'A@example.edu', city: 'York' }))).toEqual(['taken']);
    expect(await read('2')).toMatchObject({ rev: 1, values: { email: 'b@example.edu', city: 'Hull' } });
    expect(await images()).toEqual([]);
  });

  test('of the e-mail gives up the former one', async () => {
    await write(1, create('1', 2, { email: 'a@example.edu' }));
    await write(2, change(await read('1'), 2, { email: 'b@example.edu' }));
    expect(await write(2, create('2', 3, { email: 'a@example.edu' }))).toEqual(['written']);
  });

  test('works on users that the surrounding application wrote without our marks', async () => {
    await mongo.collection('users').insertOne({ _id: id('1'), clientId: mongo.clientId, firstName: 'Ada', lastName: null });
    expect(await read('1')).toEqual({
      userId: id('1'),
      clientId: mongo.clientId,
      uniqueId: '1',
      status: 'active',
      rev: 0,
      values: { firstName: 'Ada' },
    });
    expect(await write(1, change(await read('1'), 2, { city: 'Hull' }))).toEqual(['written']);
    expect(await read('1')).toMatchObject({ rev: 1, values: { firstName: 'Ada', city: 'Hull' } });
  });
});

describe('a repeated write', () => {
  test('after the crash that followed it is recognised by its stamp and written once', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const update = change(await read('1'), 2, { firstName: 'Bea' });
    const writes = [update, create('2', 3, { email: 'b@example.edu' })];
    expect(await write(2, ...writes)).toEqual(['written', 'written']);
    const before = [await stored('1'), await stored('2'), await images()];
    expect(await write(2, ...writes)).toEqual(['written', 'written']);
    expect([await stored('1'), await stored('2'), await images()]).toEqual(before);
  });

  test('after a crash between before-image and user keeps the one before-image', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const update = change(await read('1'), 2, { firstName: 'Bea' });
    await write(2, update);
    const [image] = await images();
    // As if the first attempt had ended before it came to the user.
    await mongo.collection('users').updateOne({ _id: id('1') }, { $set: { firstName: 'Ada', rev: 1 }, $unset: { imported: '' } });
    expect(await write(2, update)).toEqual(['written']);
    expect(await images()).toEqual([image]);
    expect((await read('1')).values).toEqual({ firstName: 'Bea' });
  });

  test('decided anew on a later revision has that revision for its before-image, whatever a late attempt does', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const lateAttempt = change(await read('1'), 2, { firstName: 'Bea' });
    const key = `${importIdOf(mongo.clientId, 2)}/000000002`;
    await mongo
      .collection('userChanges')
      .insertOne({ _id: key, userId: id('1'), decision: 'update', rev: 1, before: { firstName: 'Ada' }, after: {}, at: AT });
    await writtenByOthers('1', { firstName: 'Cleo' });
    const anew = change(await read('1'), 2, { firstName: 'Bea' });
    expect(await write(2, anew)).toEqual(['written']);
    expect(await write(2, lateAttempt)).toEqual(['written']);
    expect(await images()).toMatchObject([{ _id: key, rev: 2, before: { firstName: 'Cleo' } }]);
  });

  test.each([
    ['on the same revision', async () => {}],
    ['on a later revision', () => writtenByOthers('1', { firstName: 'Cleo' })],
  ])('that wakes up too late keeps the before-image that another attempt %s relies on', async (_, meanwhile) => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const update = change(await read('1'), 2, { firstName: 'Bea' });
    let relied: unknown;
    const wakeUp = beforeUsersAreWritten(async () => {
      await meanwhile();
      const anew = change(await read('1'), 2, { firstName: 'Bea' });
      const laterRun = { ...run(2), at: new Date(AT.getTime() + 60_000) };
      expect(await mongo.store.users.write(laterRun, [anew])).toEqual(['written']);
      relied = await images();
      expect(relied).toMatchObject([{ rev: anew.kind === 'create' ? 0 : anew.rev }]);
      expect(await write(3, change(await read('1'), 9, { firstName: 'Dora' }))).toEqual(['written']);
    });
    expect(await write(2, update)).toEqual(['raced']);
    expect(wakeUp).toHaveBeenCalled();
    expect((await images()).slice(0, 1)).toEqual(relied);
  });

  test('of an import that a newer one has overtaken is raced and takes no before-image away', async () => {
    await write(1, create('1', 2, { firstName: 'Ada' }));
    const update = change(await read('1'), 2, { firstName: 'Bea' });
    await write(2, update);
    await write(3, change(await read('1'), 2, { firstName: 'Cleo' }));
    expect(await write(2, update)).toEqual(['raced']);
    expect(await images()).toMatchObject([{ before: { firstName: 'Ada' } }, { before: { firstName: 'Bea' } }]);
  });
});

describe('at the same time', () => {
  test('two imports that decided on the same revision: one writes, the other is told', async () => {
    await write(1, create('1', 2));
    const seen = await read('1');
    const outcomes = await Promise.all([2, 3, 4, 5].map((seq) => write(seq, change(seen, 2, { firstName: `From ${seq}` }))));
    expect(outcomes.flat().map(String).sort()).toEqual(['raced', 'raced', 'raced', 'written']);
    const winner = outcomes.findIndex(([outcome]) => outcome === 'written') + 2;
    expect(await read('1')).toMatchObject({ rev: 2, values: { firstName: `From ${winner}` }, imported: { seq: winner } });
    expect(await images()).toHaveLength(1);
  });

  test('four writers of thousands of users each lose no user and count every outcome', async () => {
    // Neighbours overlap by half, so that every second user is created twice.
    const outcomes = await Promise.all([0, 1250, 2500, 3750].map((from, n) => write(n + 1, ...batch(from))));
    expect(outcomes.flat().filter((outcome) => outcome === 'written')).toHaveLength(6250);
    expect(outcomes.flat().filter((outcome) => outcome === 'raced')).toHaveLength(3750);
    expect(await mongo.store.users.countActive(mongo.clientId)).toBe(6250);
  });

  test('two attempts at one chunk give the same answer and write once', async () => {
    await write(1, ...Array.from({ length: 200 }, (_, i) => create(`u${i}`, i + 2, { city: 'Hull' })));
    const users = await mongo.store.users.read(Array.from({ length: 200 }, (_, i) => id(`u${i}`)));
    const writes = [...users.values()].map((user, i) => change(user, i + 2, { city: 'York' }));
    const outcomes = await Promise.all([write(2, ...writes), write(2, ...writes)]);
    expect(new Set(outcomes.flat())).toEqual(new Set(['written']));
    const after = await mongo.store.users.read([...users.keys()]);
    expect(new Set([...after.values()].map(({ rev }) => rev))).toEqual(new Set([2]));
    expect(await images()).toHaveLength(200);
  });
});

describe('unique values', () => {
  test('are found with their holders, by the spelling that was asked for', async () => {
    await write(1, create('1', 2, { email: 'jo@example.edu', userName: 'jo' }));
    const { emails, userNames } = await mongo.store.users.holders(mongo.clientId, {
      emails: ['JO@example.edu', 'Jo@Example.edu', 'nobody@example.edu'],
      userNames: ['jo', 'JO'],
    });
    expect(emails).toEqual(
      new Map([
        ['JO@example.edu', id('1')],
        ['Jo@Example.edu', id('1')],
      ]),
    );
    expect(userNames).toEqual(new Map([['jo', id('1')]]));
  });

  test('change hands in a circle once their keys are released', async () => {
    const emails = ['a@example.edu', 'b@example.edu', 'c@example.edu'];
    await write(1, ...emails.map((email, i) => create(`${i}`, i + 2, { email, userName: `name${i}` })));
    const users = await Promise.all(emails.map((_, i) => read(`${i}`)));
    const turn = users.map((user, i) => change(user, i + 2, { email: emails[(i + 1) % 3]! }));
    expect(await write(2, ...turn)).toEqual(['taken', 'taken', 'taken']);

    await mongo.store.users.releaseKeys(users.map(({ userId }) => ({ userId, fields: ['email'] })));
    expect(await write(2, ...turn)).toEqual(['written', 'written', 'written']);
    expect(await write(3, create('9', 2, { email: 'A@example.edu' }), create('8', 3, { userName: 'name0' }))).toEqual(['taken', 'taken']);
  });

  test('come back to those who did not get others, unless they are taken by then', async () => {
    await write(
      1,
      create('1', 2, { email: 'a@example.edu', userName: 'one' }),
      create('2', 3, { email: 'b@example.edu', userName: 'two' }),
    );
    await mongo.store.users.releaseKeys([
      { userId: id('1'), fields: ['email', 'userName'] },
      { userId: id('2'), fields: ['email', 'userName'] },
    ]);
    expect(await write(2, create('3', 2, { email: 'a@example.edu' }))).toEqual(['written']);
    await mongo.store.users.restoreKeys([id('1'), id('2'), id('3'), id('none')]);
    const { emails, userNames } = await mongo.store.users.holders(mongo.clientId, {
      emails: ['a@example.edu', 'b@example.edu'],
      userNames: ['one', 'two'],
    });
    expect(Object.fromEntries(emails)).toEqual({ 'a@example.edu': id('3'), 'b@example.edu': id('2') });
    expect(Object.fromEntries(userNames)).toEqual({ one: id('1'), two: id('2') });
  });

  test('asking for nothing, releasing nothing and writing nothing is no request at all', async () => {
    expect(await mongo.store.users.write(run(), [])).toEqual([]);
    expect(await mongo.store.users.holders(mongo.clientId, { emails: [], userNames: [] })).toEqual({
      emails: new Map(),
      userNames: new Map(),
    });
    await mongo.store.users.releaseKeys([]);
    await mongo.store.users.restoreKeys([]);
    expect(await mongo.store.users.read([])).toEqual(new Map());
  });
});

test('counts a user without status as active, an archived one not', async () => {
  await write(1, create('1', 2), create('2', 3));
  await write(2, change(await read('2'), 3, {}, 'archive'));
  await mongo.collection('users').insertOne({ _id: id('3'), clientId: mongo.clientId });
  expect(await mongo.store.users.countActive(mongo.clientId)).toBe(2);
});
