// Users whom somebody looks for by what a client calls them: unique id, e-mail or user name, whole or the beginning of it, by index; and
// by their names, which have none: a part of a client's users is looked through within a time limit.

import { mongo } from 'mongoose';
import { emailKeyOf, userNameKeyOf } from '../../../domain/record/claims';
import type { User } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';

const NAMES_WITHIN_MS = 10_000;
/** What MongoDB says when the time is over. */
const MAX_TIME_EXPIRED = 50;

export function createSearchUsers(models: Pick<Models, 'users'>, toUser: (document: UserDocument) => User): UserStore['search'] {
  const users = native<UserDocument>(models.users);

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
