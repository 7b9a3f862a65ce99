// Finds users by something other than their exact id.

import { mongo } from 'mongoose';
import { emailKeyOf, userNameKeyOf } from '../../../domain/record/claims';
import { type User, isCreationUndone } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { findByIds, type Models, native } from '../models';
import { uniqueIdOf, userIdOf, withoutZeros, type UserId } from '../../../domain/ids';

const NAMES_WITHIN_MS = 10_000;
/** What MongoDB says when the time is over. */
const MAX_TIME_EXPIRED = 50;
/** Nobody pads ids to more. */
const MOST_PADDED = 20;
/** In front of an id with letters. */
const MOST_ZEROS = 3;

/**
 * By what a client calls them: unique id, e-mail or user name, whole or the beginning of it, by index; and by their names, which have none: a
 * part of a client's users is looked through within a time limit.
 */
export function createSearchUsers(models: Pick<Models, 'users'>, toUser: (document: UserDocument) => User): UserStore['search'] {
  const users = native(models.users);

  return async (clientId, text, limit) => {
    const found = new Map<string, User>();
    const look = async (filter: mongo.Filter<UserDocument>, options: mongo.FindOptions = {}): Promise<void> => {
      const room = limit - found.size;
      if (room <= 0) return;
      const known =
        filter._id === undefined && found.size > 0 ? { ...filter, _id: { $nin: [...found.keys()] as UserDocument['_id'][] } } : filter;
      for (const document of await users.find(known, { ...options, limit: room }).toArray()) found.set(document._id, toUser(document));
    };
    const keys = [
      ['_id', `${clientId}/${text}`],
      ['emailKey', `${clientId}/${emailKeyOf(text)}`],
      ['userNameKey', `${clientId}/${userNameKeyOf(text)}`],
    ] as const;
    for (const [key, value] of keys) await look({ [key]: value });
    for (const [key, value] of keys) await look({ [key]: { $gte: value, $lt: `${value}\u{ffff}` } });
    try {
      await look({ clientId, $and: text.split(/\s+/).map(inAName) }, { maxTimeMS: NAMES_WITHIN_MS });
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError && error.code === MAX_TIME_EXPIRED)) throw error;
      return { users: [...found.values()], isWhole: false };
    }
    return { users: [...found.values()], isWhole: found.size < limit };
  };
}

/** Every word that was typed is part of the first or of the last name. */
function inAName(word: string): mongo.Filter<UserDocument> {
  const part = { $regex: word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), $options: 'i' };
  return { $or: [{ firstName: part }, { lastName: part }] };
}

/**
 * Finds the user that a new id may stand for after a program has dropped its leading zeros, 901 for 000901, or made a decimal number of it,
 * 901.0. A lookup by `_id` alone: every sensible number of zeros is looked up, and only if the client has ids with leading zeros at all.
 */
export function createZeroTwins(models: Pick<Models, 'users'>): UserStore['zeroTwins'] {
  const users = native(models.users);
  return async ({ clientId, importId }, uniqueIds) => {
    const first = userIdOf(clientId, '0');
    const padded = await users.findOne({ _id: { $gte: first, $lt: userIdOf(clientId, '1') } }, { projection: { _id: 1 } });
    const asked = new Map<UserId, string[]>();
    for (const uniqueId of uniqueIds) {
      for (const twin of twinsOf(uniqueId, padded !== null)) {
        const userId = userIdOf(clientId, twin);
        asked.set(userId, [...(asked.get(userId) ?? []), uniqueId]);
      }
    }
    if (asked.size === 0) return new Map();
    const found = await findByIds(users, [...asked.keys()], { status: 1, archived: 1, created: 1 });
    const twins = new Map<string, string>();
    for (const { _id, status = 'active', archived, created } of found) {
      // Two new users of this file that differ in zeros only were found when it was inspected; here their order would decide.
      if (created?.importId === importId || isCreationUndone({ status, ...(archived !== undefined && { archived }) })) continue;
      for (const uniqueId of asked.get(_id)!) if (!twins.has(uniqueId)) twins.set(uniqueId, uniqueIdOf(_id));
    }
    return twins;
  };
}

function twinsOf(uniqueId: string, arePadded: boolean): readonly string[] {
  const whole = uniqueId.replace(/^(\d+)\.0$/, '$1');
  const bare = withoutZeros(uniqueId);
  // Only numbers are padded to a width.
  const padded = /^\d+$/.test(bare) ? Math.max(MOST_PADDED, bare.length + 1) : bare.length + MOST_ZEROS;
  const longest = arePadded ? padded : bare.length;
  const twins = Array.from({ length: longest - bare.length + 1 }, (_, zeros) => '0'.repeat(zeros) + bare);
  if (/^\d+$/.test(whole)) twins.push(`${whole}.0`);
  return twins.filter((twin) => twin !== uniqueId);
}
