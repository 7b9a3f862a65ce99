// Who holds which e-mail and user name of a client, and how keys are given up and taken back.

import type { ClientId, UserId } from '../../../domain/ids';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';
import { createKeyRepair } from './key-repair';
import { KEY_OF, KEYED_VALUES, keyOf, keyOfStored, type KeyedField, type KeyedUser } from './unique-keys';

export function createKeyHolders(
  models: Pick<Models, 'users'>,
): Pick<UserStore, 'holders' | 'releaseKeys' | 'restoreKeys' | 'repairKeys' | 'countOddKeys'> {
  const users = native<UserDocument>(models.users);
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
      const options = { projection: KEYED_VALUES, batchSize: userIds.length + 1 };
      await repair.mend(await users.find<KeyedUser>({ _id: { $in: [...userIds] } }, options).toArray());
    },
    repairKeys: (clientId) => repair.all(clientId),
    countOddKeys: (clientId) => repair.count(clientId),
  };
}
