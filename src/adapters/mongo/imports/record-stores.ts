// Records of an import that are kept by their lines. They are personal data: rejected ones, with their raw cells, are kept only as long as the
// setting says; those that wait for a value which somebody holds are gone as soon as they are settled.

import type { RejectedStore, DeferredStore } from '../../../ports';
import type { RejectedRecord } from '../../../domain/record/record';
import type { ImportId } from '../../../domain/ids';
import { keysOf, lineKey } from '../keys';
import { findByIds, type Models } from '../models';
import { duplicatesIn } from '../write-failures';
import { removeAll } from './expiry-store';

const RECORDS_PER_BATCH = 1000;

export function createRejectedStore({ rejectedRecords: collection }: Pick<Models, 'rejectedRecords'>): RejectedStore {
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
  return {
    async put(importId, records) {
      if (records.length === 0) return;
      const documents = records.map((record) => ({ _id: lineKey(importId, record.line), record }));
      // A repeated chunk reads the same from the file.
      await duplicatesIn(() => deferredRecords.insertMany(documents, { ordered: false }));
    },
    async read(importId, lines) {
      const ids = lines.map((line) => lineKey(importId, line));
      const found = await findByIds(deferredRecords, ids);
      return new Map(found.map(({ record }) => [record.line, record]));
    },
    remove: (importId, onProgress) => removeAll(deferredRecords, importId, onProgress),
  };
}
