// Removes what is kept for a while only: rejected records and replaced values are personal data, chunks and notes on e-mails are of no use
// any more. `removeAll` empties one collection of what it holds of an import.

import type { mongo } from 'mongoose';
import type { ImportId } from '../../../domain/ids';
import { ENDED_STATES } from '../../../domain/import-state';
import type { ExpiryStore } from '../../../ports';
import { keysOf } from '../keys';
import type { Models } from '../models';

/** The note that a silence was reported is needed until the silence ends. */
const SILENCE = /\/(?:silence|webhook-silent-\w+)$/;
/** Few enough for a slow database to be done with in seconds: between two steps there is a sign of life. */
const PER_STEP = 1_000;

type Kept = Pick<
  Models,
  'imports' | 'rejectedRecords' | 'userChanges' | 'importChunks' | 'deferredRecords' | 'undos' | 'undoChunks' | 'outbox'
>;

export function createExpiryStore(models: Kept): ExpiryStore {
  const { imports, undos, outbox } = models;
  const details = [models.rejectedRecords, models.userChanges, models.importChunks, models.deferredRecords, models.undoChunks];

  return {
    async due(before, limit) {
      const found = await imports
        .find({ expiredAt: null, finishedAt: { $lt: before }, state: { $in: [...ENDED_STATES] } }, { _id: 1 })
        .sort({ finishedAt: 1 })
        .limit(limit)
        .lean<{ readonly _id: ImportId }[]>();
      return found.map(({ _id }) => _id);
    },
    async expire(importId, at, onProgress) {
      for (const collection of details) await removeAll(collection, importId, onProgress);
      const notes = await outbox.find({ _id: keysOf(importId) }, { _id: 1 }).lean<{ readonly _id: string }[]>();
      await outbox.deleteMany({ _id: { $in: notes.map(({ _id }) => _id).filter((id) => !SILENCE.test(id)) } });
      // What could not be sent cannot be sent any more: nobody needs to see to it.
      await undos.updateOne({ _id: importId, report: 'failed' }, { $set: { report: 'none' } });
      // Last: an import that is marked has nothing left.
      await imports.updateOne({ _id: importId }, { $set: { expiredAt: at } });
    },
  };
}

/** Removes all that a collection holds of an import, in small steps: a large import must not block the database. */
export async function removeAll(
  collection: Pick<mongo.Collection<{ readonly _id: string }>, 'find' | 'deleteMany'>,
  importId: ImportId,
  onProgress: () => void,
): Promise<void> {
  for (;;) {
    const some = await collection.find({ _id: keysOf(importId) }, { projection: { _id: 1 }, sort: { _id: 1 }, limit: PER_STEP }).toArray();
    const last = some.at(-1);
    if (last === undefined) return;
    await collection.deleteMany({ _id: { $gte: keysOf(importId).$gte, $lte: last._id } });
    onProgress();
    if (some.length < PER_STEP) return;
  }
}
