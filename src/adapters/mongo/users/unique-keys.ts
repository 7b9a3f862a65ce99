// What keeps e-mails and user names apart: a key per value and client under a unique index. The key, not the value, is what a user
// holds, so that users who swap values can give up theirs first.

import { emailKeyOf, userNameKeyOf } from '../../../domain/record/claims';
import type { ClientId, UserId } from '../../../domain/ids';
import type { FieldValues } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { duplicatesIn } from '../duplicate-key';
import { type Models, native } from '../models';
import { revision } from './revision';

type KeyName = 'emailKey' | 'userNameKey';
type Keys = Pick<UserDocument, KeyName>;

export const KEY_OF = { email: 'emailKey', userName: 'userNameKey' } as const satisfies Record<string, KeyName>;

const emailKey = (clientId: ClientId, email: unknown): string => `${clientId}/${emailKeyOf(String(email))}`;
const userNameKey = (clientId: ClientId, userName: unknown): string => `${clientId}/${userNameKeyOf(String(userName))}`;

/** The keys that go with these values. */
export function uniqueKeys(clientId: ClientId, { email, userName }: Pick<FieldValues, 'email' | 'userName'>): Keys {
  return {
    ...(email !== undefined && { emailKey: emailKey(clientId, email) }),
    ...(userName !== undefined && { userNameKey: userNameKey(clientId, userName) }),
  };
}

export function createUniqueKeys(models: Pick<Models, 'users'>): Pick<UserStore, 'holders' | 'releaseKeys' | 'restoreKeys'> {
  const users = native<UserDocument>(models.users);

  /** By the value as asked: several spellings of an e-mail may ask for one key. */
  const holdersOf = async (name: KeyName, keyByValue: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, UserId>> => {
    if (keyByValue.size === 0) return new Map();
    const keys = [...new Set(keyByValue.values())];
    const found = await users.find({ [name]: { $in: keys } }, { projection: { [name]: 1 }, batchSize: keys.length + 1 }).toArray();
    const holders = new Map(found.map((user) => [user[name], user._id]));
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
        holdersOf('emailKey', new Map(claims.emails.map((email) => [email, emailKey(clientId, email)]))),
        holdersOf('userNameKey', new Map(claims.userNames.map((userName) => [userName, userNameKey(clientId, userName)]))),
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
      const projection = { clientId: 1, rev: 1, email: 1, userName: 1, emailKey: 1, userNameKey: 1 };
      const found = await users.find({ _id: { $in: [...userIds] } }, { projection, batchSize: userIds.length + 1 }).toArray();
      // Key by key: one that is taken must not keep the user from getting the other back.
      const updates = found.flatMap((user) =>
        missingKeys(user).map((key) => ({ updateOne: { filter: { _id: user._id, rev: revision(user.rev ?? 0) }, update: { $set: key } } })),
      );
      if (updates.length > 0) await duplicatesIn(() => users.bulkWrite(updates, { ordered: false }));
    },
  };
}

function missingKeys({ clientId, email, userName, ...held }: UserDocument): readonly Keys[] {
  const missing: Keys[] = [];
  if (typeof email === 'string' && held.emailKey === undefined) missing.push({ emailKey: emailKey(clientId, email) });
  if (typeof userName === 'string' && held.userNameKey === undefined) missing.push({ userNameKey: userNameKey(clientId, userName) });
  return missing;
}
