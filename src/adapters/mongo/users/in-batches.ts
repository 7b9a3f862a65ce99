// Splits what is too much for one call into parts.

import type { mongo } from 'mongoose';
import type { ClientId, UserId } from '../../../domain/ids';
import type { UserDocument } from '../documents';

export const PER_RANGE = 10_000;
export const PER_BATCH = 1000;

export interface Range {
  readonly _id: { readonly $gt: UserId; readonly $lte?: UserId; readonly $lt?: UserId };
}

/**
 * All users of a client: no question to the database goes over more of them than it answers in seconds, however many there are, and between
 * two of them there is time for a sign of life.
 */
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

/** What a cursor yields: one bulk write and one look afterwards serve a batch. */
export async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
