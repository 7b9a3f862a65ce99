// The chunks of an import with their results, and the settled parts of imports and undos: what makes a repeated one resume instead of
// starting over.

import type { mongo } from 'mongoose';
import type { ImportStore, SettledParts } from '../../../ports';
import type { Chunk, ChunkResult } from '../../../domain/file/inspection';
import type { SettledDocument } from '../documents';
import { chunkKey, keysOf, settledKey, settledKeysOf } from '../keys';
import type { Models } from '../models';
import type { ImportId } from '../../../domain/ids';
import { isDuplicateKey } from '../write-failures';

type ImportChunks = Pick<ImportStore, 'putChunks' | 'chunk' | 'setChunkResult' | 'chunkResults' | 'putSettled' | 'settled'>;

/** What an insert holds at most: chunks, and their marks except those of the last one. */
const CHUNKS_PER_INSERT = 500;
const MARKS_PER_INSERT = 10_000;
/** Results name deferred lines, so that a batch of them may be large. */
const RESULTS_PER_BATCH = 20;
const PARTS_PER_BATCH = 20;

export function createImportChunks({ importChunks: collection }: Pick<Models, 'importChunks'>): ImportChunks {
  return {
    ...createSettledParts(collection as unknown as mongo.Collection<SettledDocument<ChunkResult>>),
    async putChunks(importId, chunks) {
      await collection.deleteMany({ _id: keysOf(importId) });
      for (const part of partsOf(chunks)) {
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
      await collection.updateOne({ _id: chunkKey(importId, n), result: { $exists: false } }, { $set: { result } });
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

function* partsOf(chunks: Iterable<Chunk>): Generator<readonly Chunk[]> {
  let part: Chunk[] = [];
  let marks = 0;
  for (const chunk of chunks) {
    part.push(chunk);
    marks += chunk.marks.length;
    if (part.length < CHUNKS_PER_INSERT && marks < MARKS_PER_INSERT) continue;
    yield part;
    part = [];
    marks = 0;
  }
  if (part.length > 0) yield part;
}

/**
 * Parts of a settlement: the results of lines that waited for one another. They lie beside the chunks whose lines they settle, under a
 * name of their own, and are numbered as they come: of two workers that settle at once, only one gets the next number. `keyOf` = what the
 * keys of its parts begin with: the import's id, or more.
 */
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
