// Users as the import sees them. Writing them lives in `write-users.ts`, what keeps their e-mails and user names apart in `unique-keys.ts`.

import type { Model, mongo } from 'mongoose';
import { ALL_FIELDS } from '../../../domain/client/profiles';
import { uniqueIdOf, type UserId } from '../../../domain/ids';
import { isMark, type FieldValues, type StoredFieldName, type User } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';
import { createKeyHolders } from './key-holders';
import { LookAlikes } from './look-alikes';
import { createRestoreUsers } from './restore-users';
import { createSearchUsers, createZeroTwins } from './find-users';
import { revisionOf } from './revision';
import { createUserChanges } from './user-changes';
import { createWriteUsers } from './write-users';

/** The unique id is who the user is, not what is stored about them. */
const VALUES = ALL_FIELDS.map(({ name }) => name).filter((name): name is StoredFieldName => name !== 'active' && name !== 'uniqueId');

/** A user of any other is active, too. */
const OUR_STATUSES: ReadonlySet<unknown> = new Set(['active', 'archived', undefined, null]);

const WHAT_IS_DERIVED = { uniqueId: 0, emailKey: 0, userNameKey: 0 };

export function createUserStore(models: Pick<Models, 'users' | 'userChanges'>): UserStore {
  const users = native(models.users);
  const changes = createUserChanges(models);
  const lookAlikes = new LookAlikes();
  const readAll = createReadBytes(models.users, WHAT_IS_DERIVED);
  // Half of a document's bytes, and every record of every file is compared with one.
  const readForDecision = createReadBytes(models.users, { ...WHAT_IS_DERIVED, created: 0, updatedAt: 0 });

  return {
    async read(userIds) {
      const found = await readAll({ _id: { $in: userIds } }, userIds.length);
      return new Map(found.map((bytes) => entryOf(lookAlikes.read(bytes) as UserDocument)));
    },
    async compare(records) {
      const found = await readForDecision({ _id: { $in: [...records.keys()] } }, records.size);
      return new Map(
        found.map((bytes) => {
          const same = lookAlikes.readBeside(bytes, (id) => records.get(id as UserId)) as UserDocument | undefined;
          return same === undefined ? entryOf(lookAlikes.read(bytes) as UserDocument) : entryOf(same, records.get(same._id));
        }),
      );
    },
    write: createWriteUsers(models),
    restore: createRestoreUsers(models),
    ...createKeyHolders(models),
    zeroTwins: createZeroTwins(models),
    search: createSearchUsers(models, (document) => toUser(document)),
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

function entryOf(document: UserDocument, values?: FieldValues): readonly [UserId, User] {
  return [document._id, toUser(document, values)];
}

/** The application may store null, or a type that no file can hold: then the field counts as not set. */
function valuesOf(document: UserDocument, foreign: Record<string, unknown>): FieldValues {
  const values: Partial<Record<StoredFieldName, string | number>> = {};
  for (const name of VALUES) {
    const value: unknown = document[name];
    if (typeof value === 'string' || typeof value === 'number') values[name] = value;
    else if (value !== undefined && value !== null) foreign[name] = value;
  }
  return values;
}

function toUser(document: UserDocument, known?: FieldValues): User {
  const { _id: userId, clientId, status, imported, created, archived, undone, updatedAt } = document;
  const foreign: Record<string, unknown> = OUR_STATUSES.has(status) ? {} : { status };
  const user: { -readonly [K in keyof User]: User[K] } = {
    userId,
    clientId,
    uniqueId: uniqueIdOf(userId),
    status: status === 'archived' ? 'archived' : 'active',
    rev: revisionOf(document),
    values: known ?? valuesOf(document, foreign),
  };
  // Set, or not there at all: what a mark is absent of must not look like one that is undefined.
  if (isMark(imported)) user.imported = imported;
  if (isMark(created)) user.created = created;
  if (isMark(archived)) user.archived = archived;
  if (isMark(undone)) user.undone = undone;
  if (updatedAt instanceof Date) user.updatedAt = updatedAt;
  if (Object.keys(foreign).length > 0) user.foreign = foreign;
  return user;
}

/**
 * Finds documents and gives their bytes as they came from the server. A command instead of a cursor: that alone costs more for each
 * document than all that is done with it afterwards. `most`: no more documents than this fit the filter.
 */
function createReadBytes<D extends mongo.Document>(model: Model<D>, projection: mongo.Document) {
  const { collectionName } = model.collection;
  return async (filter: mongo.Document, most: number): Promise<readonly Uint8Array[]> => {
    const { db } = model.db;
    const command = { find: collectionName, filter, projection, batchSize: most + 1 };
    const { cursor } = (await db!.command(command, { fieldsAsRaw: { firstBatch: true } })) as {
      readonly cursor: { readonly id: unknown; readonly firstBatch: readonly Uint8Array[] };
    };
    // What one reply does not hold is for a cursor.
    if (Number(cursor.id) !== 0) return db!.collection(collectionName).find<Uint8Array>(filter, { projection, raw: true }).toArray();
    return cursor.firstBatch;
  };
}
