// Users as the import sees them. Writing them lives in `write-users.ts`, what keeps
// their e-mails and user names apart in `unique-keys.ts`.

import { ALL_FIELDS } from '../../../domain/client/profiles';
import { uniqueIdOf } from '../../../domain/ids';
import type { StoredFieldName, User } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';
import { failuresIn } from '../write-failures';
import { notMentionedSince } from './mentioned';
import { PER_RANGE, rangesOf } from './ranges-of';
import { createKeyHolders } from './key-holders';
import { createRestoreUsers } from './restore-users';
import { revisionOf } from './revision';
import { createUserChanges } from './user-changes';
import { createWriteUsers } from './write-users';
import { createZeroTwins } from './zero-twins';

/** The unique id is who the user is, not what is stored about them. */
const VALUES = ALL_FIELDS.map(({ name }) => name).filter((name): name is StoredFieldName => name !== 'active' && name !== 'uniqueId');

/** A third of a document's bytes, and every record of every file is compared with one. */
const WITHOUT_WHAT_IS_DERIVED = { uniqueId: 0, emailKey: 0, userNameKey: 0 };

export function createUserStore(models: Pick<Models, 'users' | 'userChanges'>): UserStore {
  const users = native<UserDocument>(models.users);
  const changes = createUserChanges(models);

  return {
    async read(userIds) {
      const options = { batchSize: userIds.length + 1, projection: WITHOUT_WHAT_IS_DERIVED };
      const found = await users.find({ _id: { $in: [...userIds] } }, options).toArray();
      return new Map(found.map((document) => [document._id, toUser(document)]));
    },
    async mention(userIds, { seq, older }) {
      if (userIds.length === 0) return;
      // One by one: a user that the application's validator no longer accepts is one that nobody writes anyway.
      const updates = userIds.map((_id) => ({
        updateOne: { filter: { _id, ...notMentionedSince(older) }, update: { $set: { mentioned: seq } } },
      }));
      await failuresIn(() => users.bulkWrite(updates, { ordered: false }));
    },
    async forgetMentions(clientId, seq) {
      for await (const range of rangesOf(users, clientId)) {
        const noted = await users.find({ ...range, mentioned: seq }, { projection: { _id: 1 }, batchSize: PER_RANGE }).toArray();
        const updates = noted.map(({ _id }) => ({
          updateOne: { filter: { _id, mentioned: seq }, update: { $unset: { mentioned: '' as const } } },
        }));
        if (updates.length > 0) await failuresIn(() => users.bulkWrite(updates, { ordered: false }));
      }
    },
    write: createWriteUsers(models),
    restore: createRestoreUsers(models),
    ...createKeyHolders(models),
    zeroTwins: createZeroTwins(models),
    isEmpty: async (clientId) => (await users.findOne({ clientId }, { projection: { _id: 1 } })) === null,
    async countActive(clientId) {
      // Not `status: 'active'`: users that the application wrote without a status are active.
      const [all, archived] = await Promise.all([
        users.countDocuments({ clientId }),
        users.countDocuments({ clientId, status: 'archived' }),
      ]);
      return all - archived;
    },
    async history(userId) {
      const document = await users.findOne({ _id: userId });
      return document === null ? undefined : { user: toUser(document), changes: await changes.of(userId) };
    },
  };
}

function toUser(document: UserDocument): User {
  const values: Partial<Record<StoredFieldName, string | number>> = {};
  for (const name of VALUES) {
    const value = document[name];
    // The application may store null, or a type that no file can hold: then the field counts as not set.
    if (typeof value === 'string' || typeof value === 'number') values[name] = value;
  }
  return {
    userId: document._id,
    clientId: document.clientId,
    uniqueId: uniqueIdOf(document._id),
    status: document.status ?? 'active',
    rev: revisionOf(document),
    values,
    ...marksOf(document),
  };
}

/** Set, or not there at all: what a mark is absent of must not look like one that is undefined. */
function marksOf({ imported, created, archived, undone, mentioned, updatedAt }: UserDocument): Partial<User> {
  return {
    ...(imported !== undefined && { imported }),
    ...(created !== undefined && { created }),
    ...(archived !== undefined && { archived }),
    ...(undone !== undefined && { undone }),
    ...(typeof mentioned === 'number' && { mentioned }),
    ...(updatedAt instanceof Date && { updatedAt }),
  };
}
