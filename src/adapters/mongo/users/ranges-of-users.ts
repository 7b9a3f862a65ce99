// All users of a client, a range at a time.

import type { mongo } from 'mongoose';
import type { ClientId, UserId } from '../../../domain/ids';
import type { UserDocument } from '../documents';

export const PER_RANGE = 10_000;
export const PER_BATCH = 1000;

export interface Range {
  readonly _id: { readonly $gt: UserId; readonly $lte?: UserId; readonly $lt?: UserId };
}

/** No question to the database goes over more users than it answers in seconds, and between two there is time for a sign of life. */
export async function* rangesOf(users: mongo.Collection<UserDocument>, clientId: ClientId): AsyncGenerator<Range> {
  // No user has the bare prefix for an id, and `0` is the character right behind `/`.
  const $lt = `${clientId}0` as UserId;
  for (let $gt = `${clientId}/` as UserId; ;) {
    const rest = { _id: { $gt, $lt } };
    const [last] = await users.find(rest, { projection: { _id: 1 }, sort: { _id: 1 }, skip: PER_RANGE - 1, limit: 1 }).toArray();
    if (last === undefined) return yield rest;
    yield { _id: { $gt, $lte: last._id } };
    $gt = last._id;
  }
}
