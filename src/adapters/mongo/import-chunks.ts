// The chunks of an import with their results: what makes a repeated import resume instead of starting over.

import type { Chunk, ImportStore } from '../../ports';
import type { ChunkDocument } from './documents';
import { isDuplicateKey } from './duplicate-key';
import { chunkKey, keysOf } from './keys';
import { type Models, native } from './models';

type ImportChunks = Pick<ImportStore, 'putChunks' | 'chunk' | 'setChunkResult' | 'chunkResults'>;

const CHUNKS_PER_INSERT = 500;
/** Results hold deferred records, so that a batch of them may be large. */
const RESULTS_PER_BATCH = 20;
const NO_RECORDS: Omit<Chunk, 'n'> = { start: 0, end: 0, firstLine: 0, records: 0, marks: [] };

export function createImportChunks({ importChunks }: Pick<Models, 'importChunks'>): ImportChunks {
  const collection = native<ChunkDocument>(importChunks);

  return {
    async putChunks(importId, chunks) {
      await collection.deleteMany({ _id: keysOf(importId) });
      for (let from = 0; from < chunks.length; from += CHUNKS_PER_INSERT) {
        const part = chunks.slice(from, from + CHUNKS_PER_INSERT);
        await collection.insertMany(part.map((chunk) => ({ _id: chunkKey(importId, chunk.n), ...chunk })));
      }
    },
    async chunk(importId, n) {
      const document = await collection.findOne({ _id: chunkKey(importId, n) });
      if (document === null) return undefined;
      const { _id, result, ...chunk } = document;
      return { ...chunk, result };
    },
    async setChunkResult(importId, n, result) {
      // The settlement of deferred records has no part of the file: its document is made here.
      await collection
        .updateOne(
          { _id: chunkKey(importId, n), result: { $exists: false } },
          { $set: { result }, $setOnInsert: { n, ...NO_RECORDS } },
          { upsert: true },
        )
        .catch((error: unknown) => {
          // It is there, with a result.
          if (!isDuplicateKey(error)) throw error;
        });
    },
    async *chunkResults(importId) {
      const documents = collection.find(
        { _id: keysOf(importId) },
        { sort: { _id: 1 }, batchSize: RESULTS_PER_BATCH, projection: { n: 1, result: 1 } },
      );
      for await (const { n, result } of documents) if (result !== undefined) yield { n, result };
    },
  };
}
