// The one error of the driver that is an answer: a unique value is taken. Only its code is read: messages contain values of records,
// and the details (keyPattern, keyValue) exist on some engines only.

import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11_000;

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/** Runs an unordered bulk in which duplicates are expected. Returns the positions of those; everything else still throws. */
export async function duplicatesIn(bulk: () => Promise<unknown>): Promise<ReadonlySet<number>> {
  try {
    await bulk();
    return new Set();
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
    const failed = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    const acknowledged = error.result.getWriteConcernError() === undefined;
    if (!acknowledged || failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    return new Set(failed.map(({ index }) => index));
  }
}
