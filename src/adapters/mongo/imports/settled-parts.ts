// Parts of a settlement: the results of lines that waited for one another. They lie beside the chunks whose lines they settle, under a
// name of their own, and are numbered as they come: of two workers that settle at once, only one gets the next number.

import type { mongo } from 'mongoose';
import type { ImportId } from '../../../domain/ids';
import type { SettledParts } from '../../../ports';
import type { SettledDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import { settledKey, settledKeysOf } from '../keys';

const PARTS_PER_BATCH = 20;

/** `keyOf` = what the keys of its parts begin with: the import's id, or more. */
export function createSettledParts<Result>(
  collection: mongo.Collection<SettledDocument<Result>>,
  keyOf: (importId: ImportId) => string = (importId) => importId,
): SettledParts<Result> {
  return {
    async putSettled(importId, part) {
      try {
        await collection.insertOne({ _id: settledKey(keyOf(importId), part.n), ...part });
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return false;
      }
    },
    async *settled(importId) {
      const filter = { _id: settledKeysOf(keyOf(importId)) } as mongo.Filter<SettledDocument<Result>>;
      const found = collection.find(filter, { sort: { _id: 1 }, batchSize: PARTS_PER_BATCH });
      for await (const { _id, ...part } of found) yield part;
    },
  };
}
