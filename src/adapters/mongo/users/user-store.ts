// Users as the import sees them. Writing them lives in `write-users.ts`, what keeps
// their e-mails and user names apart in `unique-keys.ts`.

import { ALL_FIELDS } from '../../../domain/client/profiles';
import { uniqueIdOf } from '../../../domain/ids';
import type { StoredFieldName, User } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';
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
function marksOf({ imported, created, archived, undone, updatedAt }: UserDocument): Partial<User> {
  return {
    ...(imported !== undefined && { imported }),
    ...(created !== undefined && { created }),
    ...(archived !== undefined && { archived }),
    ...(undone !== undefined && { undone }),
    ...(updatedAt instanceof Date && { updatedAt }),
  };
}
