// Releases permits of archived users. Every permit is noted before it is touched and settled by looking at it afterwards, so that any
// step may crash, and be repeated, without releasing a permit that was handed to someone else in between. The release
// looks at the user as it is then, never at what the import found earlier.

import { mayRelease } from '../../../domain/decide/decide';
import type { ImportId, UserId } from '../../../domain/ids';
import type { PermitStore } from '../../../ports';
import type { PermitDocument, PermitReleaseDocument, UserDocument } from '../documents';
import { duplicatesIn } from '../write-failures';
import { inBatches } from '../../../domain/in-batches';
import { PER_BATCH } from './ranges-of-users';
import { keysOf, textOfPermitId } from '../keys';
import { type Models, native } from '../models';
import { createPermitReturns, createReleaseNotes } from './permit-returns';

export function createPermitStore(models: Pick<Models, 'permits' | 'permitReleases' | 'users'>): PermitStore {
  const permits = native<PermitDocument>(models.permits);
  const releases = native<PermitReleaseDocument>(models.permitReleases);
  const users = native<UserDocument>(models.users);
  const notes = createReleaseNotes(models);

  const releasable = async (importId: ImportId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> => {
    const ids = [...new Set(userIds)];
    const projection = { status: 1, archived: 1, undone: 1 };
    const found = await users.find({ _id: { $in: ids } }, { projection, batchSize: ids.length + 1 }).toArray();
    return new Set(found.filter((user) => mayRelease(importId, user)).map(({ _id }) => _id));
  };

  /** A row that is there already keeps its state: what is released once is not taken away again after the client has issued it again. */
  const note = async (importId: ImportId, userIds: readonly UserId[], at: Date): Promise<void> => {
    const held = permits.find({ holder: { $in: [...userIds] }, status: 'active' }, { projection: { holder: 1 }, batchSize: PER_BATCH });
    for await (const batch of inBatches(held, PER_BATCH)) {
      // Behind the permits: one that was issued to a user who is active again is seen together with that.
      const due = await releasable(
        importId,
        batch.map(({ holder }) => holder as UserId),
      );
      const rows = batch
        .filter(({ holder }) => due.has(holder as UserId))
        .map(({ _id, holder }) => ({
          _id: `${importId}/${textOfPermitId(_id)}`,
          permitId: _id,
          userId: holder as UserId,
          state: 'releasing' as const,
          at,
        }));
      if (rows.length > 0) await duplicatesIn(() => releases.insertMany(rows, { ordered: false }));
    }
  };

  const settle = async (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    // Once more: it may be weeks since they were noted.
    const may = await releasable(
      importId,
      rows.map(({ userId }) => userId),
    );
    await notes.settle(
      importId,
      rows,
      rows
        .filter(({ userId }) => may.has(userId))
        .map(({ permitId, userId }) => ({
          updateOne: {
            // One that was given back when this import was undone is not released by it again.
            filter: { _id: permitId, holder: userId, status: 'active', 'returned.importId': { $ne: importId } },
            update: { $set: { holder: null, status: 'available', releasedBy: importId, releasedAt: at, releasedFrom: userId } },
          },
        })),
    );
  };

  return {
    ...createPermitReturns(models),
    async release(importId, userIds, at) {
      for (let from = 0; from < userIds.length; from += PER_BATCH) await note(importId, userIds.slice(from, from + PER_BATCH), at);
      const noted = releases.find({ _id: keysOf(importId), state: 'releasing' }, { sort: { _id: 1 }, batchSize: PER_BATCH });
      for await (const rows of inBatches(noted, PER_BATCH)) await settle(importId, rows, at);
    },
    async countReleased(importId) {
      return releases.countDocuments({ _id: keysOf(importId), state: 'released' });
    },
    async activeOf(userIds) {
      const numbers = new Map<UserId, string[]>();
      const held = permits.find(
        { holder: { $in: [...userIds] }, status: 'active' },
        { projection: { holder: 1, number: 1 }, sort: { number: 1 } },
      );
      for await (const { holder, number } of held) if (holder !== null) numbers.set(holder, [...(numbers.get(holder) ?? []), number]);
      return numbers;
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
