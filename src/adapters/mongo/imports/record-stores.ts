// Records of an import that are kept by their lines. They are personal data: rejected ones, with their raw cells, are kept only as long as the
// setting says; those that wait for a value which somebody holds are gone as soon as they are settled.

import type { mongo } from 'mongoose';
import type { RejectedStore, DeferredStore } from '../../../ports';
import type { RejectedRecord } from '../../../domain/record/record';
import type { ImportId } from '../../../domain/ids';
import type { RejectedDocument, DeferredDocument } from '../documents';
import { keysOf, lineKey } from '../keys';
import { type Models, native } from '../models';
import { duplicatesIn } from '../write-failures';
import { removeAll } from './expiry-store';

const RECORDS_PER_BATCH = 1000;

export function createRejectedStore({ rejectedRecords }: Pick<Models, 'rejectedRecords'>): RejectedStore {
  const collection = native<RejectedDocument>(rejectedRecords);

  const put = async (importId: ImportId, records: readonly RejectedRecord[]): Promise<void> => {
    for (let from = 0; from < records.length; from += RECORDS_PER_BATCH) {
      const replacements = records.slice(from, from + RECORDS_PER_BATCH).map((record) => ({
        replaceOne: { filter: { _id: lineKey(importId, record.line) }, replacement: { ...record }, upsert: true },
      }));
      await collection.bulkWrite(replacements, { ordered: false });
    }
  };

  return {
    async replaceRange(importId, fromLine, toLine, records) {
      await collection.deleteMany({ _id: { $gte: lineKey(importId, fromLine), $lt: lineKey(importId, toLine) } });
      await put(importId, records);
    },
    put,
    async remove(importId, lines) {
      if (lines.length > 0) await collection.deleteMany({ _id: { $in: lines.map((line) => lineKey(importId, line)) } });
    },
    async *all(importId) {
      const documents = collection.find({ _id: keysOf(importId) }, { sort: { _id: 1 }, batchSize: RECORDS_PER_BATCH });
      for await (const { _id, ...record } of documents) yield record;
    },
    async at(importId, lines) {
      if (lines.length === 0) return [];
      const keys = lines.map((line) => lineKey(importId, line));
      const documents = await collection.find({ _id: { $in: keys } }, { sort: { _id: 1 } }).toArray();
      return documents.map(({ _id, ...record }) => record);
    },
    async count(importId) {
      return collection.countDocuments({ _id: keysOf(importId) });
    },
  };
}

/** Read again in whatever order they can be written in. */
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
