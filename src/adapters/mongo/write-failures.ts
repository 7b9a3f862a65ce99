// What a server refuses to write, told apart: a unique value is taken, this document cannot be stored, or the server is not well. Only codes
// are read, since messages contain values of records, and the details (keyPattern, keyValue) exist on some engines only.

import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11_000;
/** Unauthorized, disk full, no primary, shutting down, timed out, interrupted, write conflict: nothing that a document could do about. */
const OF_THE_SERVER: ReadonlySet<number> = new Set([
  1, 6, 7, 8, 13, 24, 43, 50, 63, 89, 91, 112, 133, 134, 150, 189, 202, 234, 237, 246, 262, 290, 317, 358, 384, 8_000, 9_001, 10_107,
  11_600, 11_601, 11_602, 13_388, 13_435, 13_436, 14_031,
]);

/** One operation of a bulk that was not done. `message` may hold values of a record. */
export interface WriteFailure {
  readonly code: number;
  readonly message: string;
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/** Runs an unordered bulk. Returns what the documents themselves are refused for, by position; everything else still throws. */
export async function failuresIn(bulk: () => Promise<unknown>): Promise<ReadonlyMap<number, WriteFailure>> {
  try {
    await bulk();
    return new Map();
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
    const failed = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    const acknowledged = error.result.getWriteConcernError() === undefined;
    if (!acknowledged || failed.length === 0 || failed.some(({ code }) => OF_THE_SERVER.has(code))) throw error;
    return new Map(failed.map(({ index, code, errmsg = '' }) => [index, { code, message: errmsg }]));
  }
}

/** The same where duplicates are expected, and nothing else. */
export async function duplicatesIn(bulk: () => Promise<unknown>): Promise<ReadonlySet<number>> {
  let failed: unknown;
  const failures = await failuresIn(() =>
    bulk().catch((error: unknown) => {
      failed = error;
      throw error;
    }),
  );
  if ([...failures.values()].some((failure) => !isDuplicate(failure))) throw failed;
  return new Set(failures.keys());
}

export function isDuplicate({ code }: WriteFailure): boolean {
  return code === DUPLICATE_KEY;
}
