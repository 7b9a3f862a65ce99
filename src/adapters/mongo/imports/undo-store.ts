// Undos of imports: what was asked for, the parts it is done in, and the result of each.

import type { mongo, QueryFilter } from 'mongoose';
import type { ImportId } from '../../../domain/ids';
import { NO_UNDO_COUNTS, type Undo, type UndoChunkResult } from '../../../domain/undo/undo';
import { notFound } from '../../../errors';
import type { UndoStore } from '../../../ports';
import type { SettledDocument, UndoDocument } from '../documents';
import { chunkKey, keysOf } from '../keys';
import { ifFound, type Models } from '../models';
import { duplicatesIn } from '../write-failures';
import { createSettledParts } from './import-chunks';

/** Requested, and neither done nor stopped. */
const OPEN = { finishedAt: null, failure: null };
const CHUNKS_PER_INSERT = 20;
const RESULTS_PER_BATCH = 20;

export function createUndoStore(models: Pick<Models, 'undos' | 'undoChunks'>): UndoStore {
  const { undos, undoChunks: chunks } = models;

  const presentRound = async (importId: ImportId): Promise<number> =>
    (await undos.findById(importId, { round: 1 }).lean<UndoDocument>())?.round ?? 1;

  return {
    find: async (importId) => ifFound(await undos.findById(importId).lean<UndoDocument>(), toUndo),
    async request(importId, { clientId, reason, by, requestedAt }) {
      const waiting = { reason, by, requestedAt, chunks: null, finishedAt: null, report: 'pending', failure: null, turn: null } as const;
      const reopened = await undos
        .findOneAndUpdate(
          {
            _id: importId,
            finishedAt: { $ne: null },
            // While it is being sent the last round has not ended.
            report: { $ne: 'pending' },
            $or: [{ 'counts.usersLeft': { $gt: 0 } }, { 'counts.permitsLeft': { $gt: 0 } }],
          },
          { $set: waiting, $inc: { round: 1 } },
          { returnDocument: 'after' },
        )
        .lean<UndoDocument>();
      if (reopened !== null) return toUndo(reopened);
      const over = await undos.findOne({ _id: importId, finishedAt: { $ne: null } }).lean<UndoDocument>();
      if (over !== null) return toUndo(over);
      const fresh = { clientId, reason, by, round: 1, chunks: null, finishedAt: null, counts: NO_UNDO_COUNTS, report: 'pending' };
      const asked = { $set: { failure: null, turn: null, requestedAt }, $setOnInsert: fresh };
      const document = await undos
        .findOneAndUpdate({ _id: importId }, asked, { upsert: true, returnDocument: 'after' })
        .orFail()
        .lean<UndoDocument>();
      return toUndo(document);
    },
    async update(importId, change) {
      const { matchedCount } = await undos.updateOne({ _id: importId }, { $set: change });
      if (matchedCount === 0) throw notFound(`There is no undo of ${importId}. Start one with: imports undo ${importId} --reason "…"`);
    },
    async open(clientId) {
      const filter = { ...OPEN, ...(clientId !== undefined && { clientId }) };
      return (await undos.find(filter).lean<UndoDocument[]>()).map(toUndo);
    },
    async unreported() {
      return (await undos.find({ finishedAt: { $ne: null }, report: 'pending' }).lean<UndoDocument[]>()).map(toUndo);
    },
    async needing(clientIds) {
      const filter: QueryFilter<UndoDocument> = {
        $or: [{ failure: { $ne: null } }, { report: 'failed' }],
        ...(clientIds !== undefined && { clientId: { $in: [...clientIds] } }),
      };
      return (await undos.find(filter).sort({ requestedAt: -1 }).lean<UndoDocument[]>()).map(toUndo);
    },
    async updateOpen(importId, turn, change) {
      return (await undos.updateOne({ _id: importId, ...OPEN, turn }, { $set: change })).matchedCount > 0;
    },
    async putChunks(importId, round, planned) {
      for (let from = 0; from < planned.length; from += CHUNKS_PER_INSERT) {
        const documents = planned
          .slice(from, from + CHUNKS_PER_INSERT)
          .map((chunk) => ({ _id: chunkKey(roundKey(importId, round), chunk.n), n: chunk.n, chunk }));
        // A repetition planned the same.
        await duplicatesIn(() => chunks.insertMany(documents, { ordered: false }));
      }
    },
    async chunk(importId, n) {
      const round = await presentRound(importId);
      const document = await chunks.findOne({ _id: chunkKey(roundKey(importId, round), n) });
      return document?.chunk === undefined ? undefined : { round, chunk: document.chunk, result: document.result };
    },
    async setChunkResult(importId, round, n, result) {
      await chunks.updateOne({ _id: chunkKey(roundKey(importId, round), n), result: { $exists: false } }, { $set: { result } });
    },
    partsOf(round) {
      const collection = chunks as unknown as mongo.Collection<SettledDocument<UndoChunkResult>>;
      return createSettledParts(collection, (importId) => roundKey(importId, round));
    },
    async *chunkResults(importId) {
      const projection = { n: 1, result: 1 };
      const keys = { _id: keysOf(roundKey(importId, await presentRound(importId))) };
      const documents = chunks.find(keys, { sort: { _id: 1 }, batchSize: RESULTS_PER_BATCH, projection });
      for await (const { n, result } of documents) if (result !== undefined) yield { n, result };
    },
    async countDone(importId) {
      // The settlement counts once, when it is over.
      const parts = { $or: [{ chunk: { $exists: true } }, { isLast: true }] };
      const keys = keysOf(roundKey(importId, await presentRound(importId)));
      return chunks.countDocuments({ _id: keys, result: { $exists: true }, ...parts });
    },
  };
}

/** Each round has chunks of its own. */
function roundKey(importId: ImportId, round: number): string {
  return `${importId}/${round}`;
}

function toUndo({ _id, ...undo }: UndoDocument): Undo {
  return { importId: _id, ...undo };
}
