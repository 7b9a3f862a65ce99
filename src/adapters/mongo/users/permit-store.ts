// Releases permits of archived users. Every permit is noted before it is touched and settled by looking at it afterwards, so that any
// step may crash, and be repeated, without releasing a permit that was handed to someone else in between.

import type { ImportId, UserId } from '../../../domain/ids';
import type { PermitStore } from '../../../ports';
import type { PermitDocument, PermitReleaseDocument } from '../documents';
import { duplicatesIn } from '../write-failures';
import { inBatches, PER_BATCH } from '../in-batches';
import { keysOf, textOfPermitId } from '../keys';
import { type Models, native } from '../models';
import { createPermitReturns } from './permit-returns';

export function createPermitStore(models: Pick<Models, 'permits' | 'permitReleases' | 'users'>): PermitStore {
  const permits = native<PermitDocument>(models.permits);
  const releases = native<PermitReleaseDocument>(models.permitReleases);

  /** A row that is there already keeps its state: what is released once is not taken away again after the client has handed it out anew. */
  const note = async (importId: ImportId, userIds: readonly UserId[], at: Date): Promise<void> => {
    const held = permits.find({ holder: { $in: [...userIds] }, status: 'active' }, { projection: { holder: 1 }, batchSize: PER_BATCH });
    for await (const batch of inBatches(held)) {
      const rows = batch.map(({ _id, holder }) => ({
        _id: `${importId}/${textOfPermitId(_id)}`,
        permitId: _id,
        userId: holder as UserId,
        state: 'releasing' as const,
        at,
      }));
      await duplicatesIn(() => releases.insertMany(rows, { ordered: false }));
    }
  };

  const settle = async (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    await permits.bulkWrite(
      rows.map(({ permitId, userId }) => ({
        updateOne: {
          filter: { _id: permitId, holder: userId, status: 'active' },
          update: { $set: { holder: null, status: 'available', releasedBy: importId, releasedAt: at, releasedFrom: userId } },
        },
      })),
      { ordered: false },
    );
    const ids = rows.map(({ permitId }) => permitId);
    const found = await permits.find({ _id: { $in: ids } }, { projection: { releasedBy: 1 }, batchSize: ids.length + 1 }).toArray();
    const released = new Set(found.filter(({ releasedBy }) => releasedBy === importId).map(({ _id }) => textOfPermitId(_id)));
    await releases.bulkWrite(
      rows.map(({ _id, permitId }) => ({
        updateOne: {
          filter: { _id, state: 'releasing' },
          update: { $set: { state: released.has(textOfPermitId(permitId)) ? ('released' as const) : ('skipped' as const) } },
        },
      })),
      { ordered: false },
    );
  };

  return {
    ...createPermitReturns(models),
    async release(importId, userIds, at) {
      for (let from = 0; from < userIds.length; from += PER_BATCH) await note(importId, userIds.slice(from, from + PER_BATCH), at);
      const noted = releases.find({ _id: keysOf(importId), state: 'releasing' }, { sort: { _id: 1 }, batchSize: PER_BATCH });
      for await (const rows of inBatches(noted)) await settle(importId, rows, at);
    },
    async countReleased(importId) {
      return releases.countDocuments({ _id: keysOf(importId), state: 'released' });
    },
    async countActiveOf(userIds) {
      let count = 0;
      for (let from = 0; from < userIds.length; from += PER_BATCH) {
        count += await permits.countDocuments({ holder: { $in: userIds.slice(from, from + PER_BATCH) }, status: 'active' });
      }
      return count;
    },
  };
}
