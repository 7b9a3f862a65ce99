// Releasing permits: each step of it may be the last one before a crash, and people hand permits out while we work.

import { mongo as driver } from 'mongoose';
import { type ImportId, importIdOf, type UserId, userIdOf } from '../../../../src/domain/ids';
import { useMongo } from '../../../support/use-mongo';

const AT = new Date('2026-03-01T08:00:00Z');
const mongo = useMongo();

const importId = (): ImportId => importIdOf(mongo.clientId, 1);
const user = (uniqueId: string): UserId => userIdOf(mongo.clientId, uniqueId);
const key = (number: string): string => `${mongo.clientId}/${number}`;
const add = (number: string, holder: UserId | null, status = 'active') =>
  mongo.collection('permits').insertOne({ _id: key(number), clientId: mongo.clientId, number, status, holder });
const permit = (number: string) => mongo.collection('permits').findOne({ _id: key(number) });
const handTo = (number: string, holder: UserId) =>
  mongo.collection('permits').updateOne({ _id: key(number) }, { $set: { holder, status: 'active' } });
/** What the first step of a release leaves behind. */
const note = (number: string, holder: UserId) =>
  mongo
    .collection('permitReleases')
    .insertOne({ _id: `${importId()}/"${key(number)}"`, permitId: key(number), userId: holder, state: 'releasing', at: AT });
const stateOf = async (number: string) =>
  (await mongo.collection('permitReleases').findOne({ _id: `${importId()}/"${key(number)}"` }))?.['state'];
const become = async (status: string, ...uniqueIds: string[]) => {
  const updates = uniqueIds.map((id) => ({
    updateOne: { filter: { _id: user(id) }, update: { $set: { clientId: mongo.clientId, status } }, upsert: true },
  }));
  if (updates.length > 0) await mongo.collection('users').bulkWrite(updates, { ordered: false });
};
/** Of users that are archived. */
const release = async (...uniqueIds: string[]) => {
  await become('archived', ...uniqueIds);
  await mongo.store.permits.release(importId(), uniqueIds.map(user), AT);
};
const released = (from: UserId) => ({ holder: null, status: 'available', releasedBy: importId(), releasedAt: AT, releasedFrom: from });

test('the active permits of the users become available and keep number and history', async () => {
  await Promise.all([add('P1', user('1')), add('P2', user('1')), add('P3', user('2'))]);
  expect(await mongo.store.permits.countActiveOf([user('1'), user('2'), user('3')])).toBe(3);
  expect(await mongo.store.permits.activeOf([user('1'), user('2'), user('3')])).toEqual(
    new Map([
      [user('1'), ['P1', 'P2']],
      [user('2'), ['P3']],
    ]),
  );
  await release('1', '3');
  expect(await permit('P1')).toEqual({ _id: key('P1'), clientId: mongo.clientId, number: 'P1', ...released(user('1')) });
  expect(await permit('P2')).toMatchObject(released(user('1')));
  expect(await permit('P3')).toMatchObject({ holder: user('2'), status: 'active' });
  expect(await mongo.store.permits.countReleased(importId())).toBe(2);
  expect(await mongo.store.permits.countActiveOf([user('1'), user('2'), user('3')])).toBe(1);
});

test('ids that MongoDB tells apart are told apart, of whatever type they are', async () => {
  const { Binary, Decimal128, Long, ObjectId, UUID } = driver;
  const bytes = (last: number) => new Binary(Buffer.from([0, last]));
  const ids = [
    5,
    '5',
    true,
    null,
    new Date(1_000),
    new Date(1_001),
    bytes(254),
    bytes(255),
    new UUID(),
    new ObjectId(),
    Decimal128.fromString('7.5'),
  ];
  const large = ['9007199254740992', '9007199254740993'].map((text) => Long.fromString(text));
  const all = [...ids, ...large].map((id) => ({
    _id: id as never,
    clientId: mongo.clientId,
    number: 'P',
    status: 'active',
    holder: user('1'),
  }));
  await mongo.collection('permits').insertMany(all);
  await release('1');
  expect(await mongo.store.permits.countReleased(importId())).toBe(all.length);
  expect(await mongo.collection('permits').countDocuments({ clientId: mongo.clientId, status: 'active' })).toBe(0);
  await become('active', '1');
  await mongo.store.permits.giveBack(importId(), AT, () => {});
  expect(await mongo.store.permits.countGivenBack(importId())).toBe(all.length);
  expect(await mongo.collection('permits').countDocuments({ clientId: mongo.clientId, holder: user('1') })).toBe(all.length);
});

test.each(['expired', 'suspended', 'returned'])('a permit that is %s stays as it is', async (status) => {
  await add('P1', user('1'), status);
  await release('1');
  expect(await permit('P1')).toMatchObject({ holder: user('1'), status });
  expect(await mongo.store.permits.countReleased(importId())).toBe(0);
});

test('a permit whose id the application made of another type is released like any other', async () => {
  const _id = new driver.ObjectId();
  const permits = mongo.collection('permits') as unknown as driver.Collection;
  await permits.insertOne({ _id, clientId: mongo.clientId, number: 'P1', status: 'active', holder: user('1') });
  await release('1');
  expect(await permits.findOne({ _id })).toMatchObject(released(user('1')));
  expect(await mongo.store.permits.countReleased(importId())).toBe(1);
});

test.each([
  ['a document', { zone: 'A' }, '{"zone":"A"}'],
  ['a text', 'P-17', 'P-17'],
])('a permit that is gone is named by its id, which was %s', async (_, id, named) => {
  const permits = mongo.collection('permits') as unknown as driver.Collection<{ _id: unknown }>;
  await permits.insertOne({ _id: id, clientId: mongo.clientId, number: 'P1', status: 'active', holder: user('1') } as never);
  await release('1');
  await permits.deleteOne({ number: 'P1', clientId: mongo.clientId });
  await mongo.store.permits.giveBack(importId(), AT, () => {});
  const left: unknown[] = [];
  for await (const one of mongo.store.permits.notGivenBack(importId())) left.push(one);
  expect(left).toMatchObject([{ permit: named, why: 'PERMIT_GONE' }]);
});

test('permits whose ids look alike as text are released, counted and given back each', async () => {
  const permits = mongo.collection('permits') as unknown as driver.Collection<{ _id: string | number }>;
  const ids = [71_005, '71005'];
  await permits.insertMany(ids.map((_id) => ({ _id, clientId: mongo.clientId, number: 'P', status: 'active', holder: user('1') })));
  await release('1');
  await become('active', '1');
  expect(await mongo.store.permits.countReleased(importId())).toBe(2);
  expect(await permits.countDocuments({ _id: { $in: ids }, status: 'available' })).toBe(2);
  await mongo.store.permits.giveBack(importId(), AT, () => {});
  expect(await mongo.store.permits.countGivenBack(importId())).toBe(2);
  expect(await permits.countDocuments({ _id: { $in: ids }, holder: user('1'), status: 'active' })).toBe(2);
});

test('a release that is repeated changes nothing and counts the same', async () => {
  await add('P1', user('1'));
  await release('1');
  const before = await permit('P1');
  await mongo.store.permits.release(importId(), [user('1')], new Date('2026-03-02T00:00:00Z'));
  expect(await permit('P1')).toEqual(before);
  expect(await mongo.store.permits.countReleased(importId())).toBe(1);
});

test('a permit that was issued anew after its release, even to the same user, is left alone', async () => {
  await add('P1', user('1'));
  await release('1');
  await handTo('P1', user('1'));
  await release('1');
  expect(await permit('P1')).toMatchObject({ holder: user('1'), status: 'active' });
  expect(await mongo.store.permits.countReleased(importId())).toBe(1);
});

test('another import releases what was issued since', async () => {
  await add('P1', user('1'));
  await release('1');
  await handTo('P1', user('1'));
  const next = importIdOf(mongo.clientId, 2);
  await mongo.store.permits.release(next, [user('1')], AT);
  expect(await permit('P1')).toMatchObject({ holder: null, releasedBy: next });
});

describe('whose user is no longer archived by then', () => {
  const archivedBy = (seq: number) =>
    mongo.collection('users').updateOne({ _id: user('1') }, { $set: { archived: { importId: importIdOf(mongo.clientId, seq), at: AT } } });
  const releaseNow = () => mongo.store.permits.release(importId(), [user('1')], AT);

  test.each([
    ['is active again', () => become('active', '1')],
    ['was archived again by a newer import', () => archivedBy(2)],
    ['is gone', () => mongo.collection('users').deleteOne({ _id: user('1') })],
  ])('a permit stays as it is, also one that was noted before, because the user %s', async (_, since) => {
    await become('archived', '1');
    await Promise.all([add('P1', user('1')), add('P2', user('1')), note('P2', user('1'))]);
    await since();
    const before = [await permit('P1'), await permit('P2')];
    await releaseNow();
    expect([await permit('P1'), await permit('P2'), await stateOf('P2')]).toEqual([...before, 'skipped']);
    expect(await mongo.store.permits.countReleased(importId())).toBe(0);
  });

  test('a permit is released from a user whom an older import, or the application, had archived', async () => {
    await become('archived', '1');
    await archivedBy(1);
    await add('P1', user('1'));
    await mongo.store.permits.release(importIdOf(mongo.clientId, 2), [user('1')], AT);
    expect(await permit('P1')).toMatchObject({ holder: null, status: 'available' });
  });
});

describe('after a crash', () => {
  test('behind the note, the permit is released by the repetition', async () => {
    await add('P1', user('1'));
    await note('P1', user('1'));
    await release('1');
    expect(await permit('P1')).toMatchObject(released(user('1')));
    expect(await stateOf('P1')).toBe('released');
  });

  test('behind the note, a permit handed to someone else in between is left alone and not counted', async () => {
    await add('P1', user('1'));
    await note('P1', user('1'));
    // It may have been released before: by another import.
    await mongo.collection('permits').updateOne({ _id: key('P1') }, { $set: { releasedBy: importIdOf(mongo.clientId, 9) } });
    await handTo('P1', user('2'));
    await release('1');
    expect(await permit('P1')).toMatchObject({ holder: user('2'), status: 'active' });
    expect(await stateOf('P1')).toBe('skipped');
    expect(await mongo.store.permits.countReleased(importId())).toBe(0);
  });

  test('behind the note, a permit that is gone is skipped', async () => {
    await note('P1', user('1'));
    await release('1');
    expect(await stateOf('P1')).toBe('skipped');
  });

  test('behind the release, the repetition counts it', async () => {
    await add('P1', user('1'));
    await release('1');
    await mongo.collection('permitReleases').updateMany({}, { $set: { state: 'releasing' } });
    await release();
    expect(await stateOf('P1')).toBe('released');
    expect(await mongo.store.permits.countReleased(importId())).toBe(1);
  });

  test('behind the release, a permit handed to someone else since stays theirs and still counts as released', async () => {
    await add('P1', user('1'));
    await release('1');
    await mongo.collection('permitReleases').updateMany({}, { $set: { state: 'releasing' } });
    await handTo('P1', user('2'));
    await release('1');
    expect(await permit('P1')).toMatchObject({ holder: user('2'), status: 'active' });
    expect(await mongo.store.permits.countReleased(importId())).toBe(1);
  });
});

test('thousands of permits, released by four attempts at once, are each released once', async () => {
  const users = Array.from({ length: 2400 }, (_, i) => `u${i}`);
  await mongo
    .collection('permits')
    .insertMany(users.map((u) => ({ _id: key(u), clientId: mongo.clientId, number: u, status: 'active', holder: user(u) })));
  await Promise.all([1, 2, 3, 4].map(() => release(...users)));
  expect(await mongo.store.permits.countReleased(importId())).toBe(2400);
  expect(await mongo.collection('permits').countDocuments({ clientId: mongo.clientId, holder: null, status: 'available' })).toBe(2400);
});

describe('given back when the import is undone', () => {
  const giveBack = () => mongo.store.permits.giveBack(importId(), AT, () => {});
  const left = async () => {
    const found: unknown[] = [];
    for await (const { permit: number, why } of mongo.store.permits.notGivenBack(importId())) found.push([number, why]);
    return found;
  };

  test("a free permit is its former holder's again, and says by which undo", async () => {
    await add('P1', user('1'));
    await release('1');
    await become('active', '1');
    await giveBack();
    const { releasedBy, releasedAt, releasedFrom, ...now } = (await permit('P1'))!;
    expect([releasedBy, releasedAt, releasedFrom]).toEqual([undefined, undefined, undefined]);
    expect(now).toMatchObject({ holder: user('1'), status: 'active', returned: { importId: importId(), at: AT } });
    expect([await mongo.store.permits.countGivenBack(importId()), await left()]).toEqual([1, []]);
  });

  test.each([
    ['was handed on', { holder: 'somebody', status: 'active' }, 'PERMIT_NOT_FREE'],
    ['was taken out of use', { status: 'expired' }, 'PERMIT_NOT_FREE'],
    ['was released anew by another import', { releasedBy: 'other-7' }, 'PERMIT_NOT_FREE'],
  ])('a permit that %s is left as it is', async (_, since, why) => {
    await add('P1', user('1'));
    await release('1');
    await become('active', '1');
    await mongo.collection('permits').updateOne({ _id: key('P1') }, { $set: since });
    const before = await permit('P1');
    await giveBack();
    expect([await permit('P1'), await left()]).toEqual([before, [['P1', why]]]);
  });

  test('a permit whose holder is archived, or gone, stays available', async () => {
    await Promise.all([add('P1', user('1')), add('P2', user('2'))]);
    await release('1', '2');
    await giveBack();
    expect(await left()).toEqual([
      ['P1', 'HOLDER_NOT_ACTIVE'],
      ['P2', 'HOLDER_NOT_ACTIVE'],
    ]);
    expect(await permit('P1')).toMatchObject({ holder: null, status: 'available' });
  });

  test('one that was noted and not released yet is refused to whoever comes late, and one that was released is given back', async () => {
    await become('archived', '1');
    await Promise.all([add('P1', user('1')), note('P1', user('1')), add('P2', user('1'))]);
    await mongo.store.permits.release(importId(), [user('1')], AT);
    await mongo.collection('permitReleases').updateMany({ _id: { $regex: importId() } }, { $set: { state: 'releasing' } });
    await handTo('P1', user('1'));
    await mongo.collection('permits').updateOne({ _id: key('P1') }, { $unset: { releasedBy: '', releasedFrom: '' } });
    await become('active', '1');
    await giveBack();
    expect([await permit('P1'), await permit('P2')]).toMatchObject([
      { holder: user('1'), status: 'active' },
      { holder: user('1'), status: 'active' },
    ]);
    expect([await stateOf('P1'), await mongo.store.permits.countGivenBack(importId())]).toEqual(['skipped', 1]);
    // The late one, in the very moment before its write: to it the user is archived.
    await become('archived', '1');
    await mongo.collection('permitReleases').updateMany({ _id: { $regex: importId() } }, { $set: { state: 'releasing' } });
    await mongo.store.permits.release(importId(), [], AT);
    expect(await permit('P1')).toMatchObject({ holder: user('1'), status: 'active' });
    expect(await permit('P2')).toMatchObject({ holder: user('1'), status: 'active' });
  });

  test('what stood in the way the first time and no longer does is given back the next time', async () => {
    await Promise.all([add('P1', user('1')), add('P2', user('1'))]);
    await release('1');
    await handTo('P2', user('2'));
    await giveBack();
    expect(await left()).toEqual([
      ['P1', 'HOLDER_NOT_ACTIVE'],
      ['P2', 'HOLDER_NOT_ACTIVE'],
    ]);
    await become('active', '1');
    await giveBack();
    expect([await permit('P1'), await left()]).toMatchObject([{ holder: user('1') }, [['P2', 'PERMIT_NOT_FREE']]]);
  });

  test('killed between permit and audit row, the repetition counts it and gives nothing twice', async () => {
    await Promise.all([add('P1', user('1')), add('P2', user('1'))]);
    await release('1');
    await become('active', '1');
    await giveBack();
    await mongo.collection('permitReleases').updateMany({}, { $unset: { undo: '' } });
    await mongo.collection('permits').updateOne({ _id: key('P2') }, { $set: { holder: null, status: 'available' } });
    await giveBack();
    expect(await permit('P2')).toMatchObject({ holder: null, status: 'available' });
    expect([await mongo.store.permits.countGivenBack(importId()), await left()]).toEqual([2, []]);
  });
});
