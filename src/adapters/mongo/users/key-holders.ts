// Who holds which e-mail and user name of a client, how keys are given up and taken back, and how they are mended.
//
// A repair gives users the uniqueness keys that match their values, whichever program wrote them: the application may store, change or remove an
// e-mail or a user name without knowing of keys. A user with the same value as another one cannot have its key; those users are named.
//
// A repair matches the value and the key that it has seen, so it never overwrites what somebody has written meanwhile, and may be repeated.

import type { ClientId, UserId } from '../../../domain/ids';
import type { UserStore } from '../../../ports';
import type { SharedValue } from '../../../domain/user';
import { PER_BATCH, PER_RANGE, rangesOf, type Range } from './ranges-of-users';
import { findByIds, type Models, native } from '../models';
import { failuresIn } from '../write-failures';
import { KEY_OF, KEYED_FIELDS, KEYED_VALUES, keyOfStored, type KeyedField, type KeyedUser, keyOf } from './unique-keys';

interface Repair {
  readonly user: KeyedUser;
  readonly field: KeyedField;
  readonly stored: unknown;
  readonly wanted: string | undefined;
}

export function createKeyRepair(models: Pick<Models, 'users'>) {
  const users = native(models.users);

  const write = (repairs: readonly Repair[], how: (repair: Repair) => object) =>
    repairs.length === 0
      ? new Map<number, unknown>()
      : failuresIn(() =>
          users.bulkWrite(
            repairs.map((repair) => ({ updateOne: { filter: asSeen(repair), update: how(repair) } })),
            { ordered: false },
          ),
        );

  const giveUp = (repairs: readonly Repair[]) => write(repairs, ({ field }) => ({ $unset: { [KEY_OF[field]]: '' } }));

  /** Returns those whose key was not written. */
  const take = async (repairs: readonly Repair[]): Promise<readonly Repair[]> => {
    const free = repairs.map((repair) => ({ ...repair, stored: undefined }));
    const failures = await write(free, ({ field, wanted }) => ({ $set: { [KEY_OF[field]]: wanted } }));
    return free.filter((_, at) => failures.has(at));
  };

  const holding = async (field: KeyedField, keys: readonly (string | undefined)[]): Promise<readonly KeyedUser[]> => {
    if (keys.length === 0) return [];
    const options = { projection: KEYED_VALUES, batchSize: keys.length + 1 };
    return users.find<KeyedUser>({ [KEY_OF[field]]: { $in: keys } }, options).toArray();
  };

  /** The users who hold one of these keys, for each field. */
  const holdersOf = async (keysOf: (field: KeyedField) => readonly (string | undefined)[]): Promise<readonly KeyedUser[]> =>
    (await Promise.all(KEYED_FIELDS.map((field) => holding(field, keysOf(field))))).flat();

  const mend = async (found: readonly KeyedUser[]): Promise<{ readonly mended: number; readonly shared: readonly SharedValue[] }> => {
    const repairs = found.flatMap(repairsOf);
    await giveUp(repairs.filter(({ stored }) => stored !== undefined));
    const wanting = repairs.filter(({ wanted }) => wanted !== undefined);
    let refused = await take(wanting);
    let holders: readonly KeyedUser[] = [];
    if (refused.length > 0) {
      // Some hold a key that their own value does not say.
      await giveUp((await holdersOf(wantedOf(refused))).flatMap(repairsOf).filter(({ stored }) => stored !== undefined));
      refused = await take(refused);
      holders = await holdersOf(wantedOf(refused));
    }
    const shared = refused.flatMap(({ user, field, wanted }) => {
      const heldBy = holders.find((holder) => holder[KEY_OF[field]] === wanted)?._id;
      return heldBy === undefined ? [] : [{ userId: user._id, field, heldBy }];
    });
    return { mended: repairs.length - refused.length, shared };
  };

  return {
    mend,
    holdersOf,
    async *count(clientId: ClientId): AsyncGenerator<number> {
      for await (const range of rangesOf(users, clientId)) yield await users.countDocuments(oddIn(range, clientId));
    },
    async *all(clientId: ClientId): ReturnType<UserStore['repairKeys']> {
      for await (const range of rangesOf(users, clientId)) {
        const found = await users.find<KeyedUser>(oddIn(range, clientId), { projection: KEYED_VALUES, batchSize: PER_RANGE }).toArray();
        for (let at = 0; at < found.length; at += PER_BATCH) yield await mend(found.slice(at, at + PER_BATCH));
        if (found.length === 0) yield { mended: 0, shared: [] };
      }
    },
  };
}

function repairsOf(user: KeyedUser): readonly Repair[] {
  return KEYED_FIELDS.map((field) => ({ user, field, stored: user[KEY_OF[field]], wanted: keyOfStored(user, field) })).filter(
    ({ stored, wanted }) => stored !== wanted,
  );
}

function wantedOf(repairs: readonly Repair[]) {
  return (field: KeyedField) => repairs.filter((repair) => repair.field === field).map(({ wanted }) => wanted);
}

function asSeen({ user, field, stored }: Repair) {
  return { _id: user._id, [field]: same(user[field]), [KEY_OF[field]]: same(stored) };
}

function same(value: unknown) {
  return value === undefined ? { $exists: false } : { $eq: value };
}

function oddIn(range: Range, clientId: ClientId) {
  return { ...range, $expr: { $or: KEYED_FIELDS.map((field) => isOdd(clientId, field)) } };
}

/** Near enough for the server to leave out almost everybody: it knows no lower case beyond ASCII. What it finds is compared again here. */
function isOdd(clientId: ClientId, field: KeyedField) {
  const value = `$${field}`;
  const isText = { $and: [{ $gt: [value, ''] }, { $lt: [value, { $literal: {} }] }] };
  const key = { $concat: [`${clientId}/`, field === 'email' ? { $toLower: value } : value] };
  return { $ne: [{ $ifNull: [`$${KEY_OF[field]}`, null] }, { $cond: [isText, key, null] }] };
}

export function createKeyHolders(
  models: Pick<Models, 'users'>,
): Pick<UserStore, 'holders' | 'releaseKeys' | 'restoreKeys' | 'repairKeys' | 'countOddKeys'> {
  const users = native(models.users);
  const repair = createKeyRepair(models);

  /** By the value as asked: several spellings of an e-mail may ask for one key. A user counts only while the own value says so. */
  const holdersOf = async (clientId: ClientId, field: KeyedField, values: readonly string[]): Promise<ReadonlyMap<string, UserId>> => {
    const keyByValue = new Map(values.map((value) => [value, keyOf(clientId, field, value)]));
    if (keyByValue.size === 0) return new Map();
    const [name, keys] = [KEY_OF[field], [...new Set(keyByValue.values())]];
    const projection = { [field]: 1, [name]: 1 };
    const found = await users.find<KeyedUser>({ [name]: { $in: keys } }, { projection, batchSize: keys.length + 1 }).toArray();
    const holders = new Map(found.filter((user) => user[name] === keyOfStored(user, field)).map((user) => [user[name], user._id]));
    const held = new Map<string, UserId>();
    for (const [value, key] of keyByValue) {
      const holder = holders.get(key);
      if (holder !== undefined) held.set(value, holder);
    }
    return held;
  };

  return {
    async holders(clientId, claims) {
      const [emails, userNames] = await Promise.all([
        holdersOf(clientId, 'email', claims.emails),
        holdersOf(clientId, 'userName', claims.userNames),
      ]);
      return { emails, userNames };
    },
    async releaseKeys(releases) {
      const updates = releases
        .filter(({ fields }) => fields.length > 0)
        .map(({ userId, fields }) => ({
          updateOne: {
            filter: { _id: userId },
            update: { $unset: Object.fromEntries(fields.map((field) => [KEY_OF[field], '' as const])) },
          },
        }));
      if (updates.length > 0) await users.bulkWrite(updates, { ordered: false });
    },
    async restoreKeys(userIds) {
      if (userIds.length === 0) return;
      await repair.mend(await findByIds(users, userIds, KEYED_VALUES));
    },
    repairKeys: (clientId) => repair.all(clientId),
    countOddKeys: (clientId) => repair.count(clientId),
  };
}
