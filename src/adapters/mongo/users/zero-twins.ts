// Finds the user that a new id may stand for after a spreadsheet has dropped its leading zeros: 901 for 000901. A lookup by `_id` alone:
// every sensible number of zeros is looked up, and only if the client has ids with leading zeros at all.

import { uniqueIdOf, userIdOf, type UserId } from '../../../domain/ids';
import { isCreationUndone } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';

/** Spreadsheets keep 15 digits of a number; no id that they could have shortened is longer. */
const MOST_DIGITS = 20;

export function createZeroTwins(models: Pick<Models, 'users'>): UserStore['zeroTwins'] {
  const users = native<UserDocument>(models.users);
  return async ({ clientId, importId }, uniqueIds) => {
    const first = userIdOf(clientId, '0');
    const padded = await users.findOne({ _id: { $gte: first, $lt: userIdOf(clientId, '1') } }, { projection: { _id: 1 } });
    const asked = new Map<UserId, string[]>();
    for (const uniqueId of uniqueIds) {
      const bare = uniqueId.replace(/^0+(?=.)/, '');
      const longest = padded === null ? bare.length : MOST_DIGITS;
      for (let length = bare.length; length <= longest; length++) {
        const twin = bare.padStart(length, '0');
        if (twin === uniqueId) continue;
        const userId = userIdOf(clientId, twin);
        asked.set(userId, [...(asked.get(userId) ?? []), uniqueId]);
      }
    }
    if (asked.size === 0) return new Map();
    const projection = { status: 1, archived: 1, created: 1 };
    const found = await users.find({ _id: { $in: [...asked.keys()] } }, { projection, batchSize: asked.size + 1 }).toArray();
    const twins = new Map<string, string>();
    for (const { _id, status = 'active', archived, created } of found) {
      // Two people of one file, in whatever order its parts are written, are two people.
      if (created?.importId === importId || isCreationUndone({ status, ...(archived !== undefined && { archived }) })) continue;
      for (const uniqueId of asked.get(_id)!) if (!twins.has(uniqueId)) twins.set(uniqueId, uniqueIdOf(_id));
    }
    return twins;
  };
}
