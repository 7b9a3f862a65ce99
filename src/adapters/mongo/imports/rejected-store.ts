// Rejected records with their raw cells, by line: personal data, kept only as long as the setting says.

import type { RejectedStore } from '../../../ports';
import type { RejectedRecord } from '../../../domain/record/rejected-record';
import type { ImportId } from '../../../domain/ids';
import type { RejectedDocument } from '../documents';
import { keysOf, lineKey } from '../keys';
import { type Models, native } from '../models';

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
