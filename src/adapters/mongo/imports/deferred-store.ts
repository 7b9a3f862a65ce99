// Records that wait for a value which somebody holds, by line: read again in whatever order they can be written in. Personal data, gone
// as soon as they are settled.

import type { mongo } from 'mongoose';
import type { DeferredStore } from '../../../ports';
import type { DeferredDocument } from '../documents';
import { duplicatesIn } from '../write-failures';
import { lineKey } from '../keys';
import { type Models, native } from '../models';
import { removeAll } from './remove-all';

export function createDeferredStore({ deferredRecords }: Pick<Models, 'deferredRecords'>): DeferredStore {
  const collection = native<DeferredDocument>(deferredRecords);

  return {
    async put(importId, records) {
      if (records.length === 0) return;
      const documents = records.map((record) => ({ _id: lineKey(importId, record.line), record }));
      // A repeated chunk reads the same from the file.
      await duplicatesIn(() => collection.insertMany(documents, { ordered: false }));
    },
    async read(importId, lines) {
      const ids = lines.map((line) => lineKey(importId, line));
      const found = await collection.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray();
      return new Map(found.map(({ record }) => [record.line, record]));
    },
    remove: (importId, onProgress) =>
      removeAll(collection as unknown as mongo.Collection<mongo.Document & { readonly _id: string }>, importId, onProgress),
  };
}
