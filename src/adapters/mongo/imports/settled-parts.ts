// Parts of a settlement: what became of lines that waited for one another. They lie beside the chunks whose lines they settle, under a
// name of their own, and are numbered as they come: of two workers that settle at once, only one gets the next number.

import type { mongo } from 'mongoose';
import type { SettledParts } from '../../../ports';
import type { SettledDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import { settledKey, settledKeysOf } from '../keys';

const PARTS_PER_BATCH = 20;

export function createSettledParts<Result>(collection: mongo.Collection<SettledDocument<Result>>): SettledParts<Result> {
  return {
    async putSettled(importId, part) {
      try {
        await collection.insertOne({ _id: settledKey(importId, part.n), ...part });
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return false;
      }
    },
    async *settled(importId) {
      const filter = { _id: settledKeysOf(importId) } as mongo.Filter<SettledDocument<Result>>;
      const found = collection.find(filter, { sort: { _id: 1 }, batchSize: PARTS_PER_BATCH });
      for await (const { _id, ...part } of found) yield part;
    },
  };
}
