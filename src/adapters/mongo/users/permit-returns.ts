// Gives released permits back when their import is undone. The audit row of the release is settled by looking at the permit afterwards,
// so that any step may crash and be repeated: what was given back once is not given back again after the application took it away.

import type { mongo } from 'mongoose';
import type { ImportId, UserId } from '../../../domain/ids';
import type { WhyLeft } from '../../../domain/undo/undo';
import type { PermitStore } from '../../../ports';
import type { PermitDocument, PermitReleaseDocument, UserDocument } from '../documents';
import { inBatches } from '../../../domain/in-batches';
import { PER_BATCH } from './ranges-of-users';
import { keysOf, textOfPermitId } from '../keys';
import { type Models, native } from '../models';

type PermitReturns = Pick<PermitStore, 'giveBack' | 'countGivenBack' | 'notGivenBack'>;

export function createPermitReturns(models: Pick<Models, 'permits' | 'permitReleases' | 'users'>): PermitReturns {
  const permits = native<PermitDocument>(models.permits);
  const releases = native<PermitReleaseDocument>(models.permitReleases);
  const users = native<UserDocument>(models.users);
  const notes = createReleaseNotes(models);

  const activeOf = async (userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> => {
    const ids = [...new Set(userIds)];
    const found = await users.find({ _id: { $in: ids } }, { projection: { status: 1 }, batchSize: ids.length + 1 }).toArray();
    return new Set(found.filter(({ status }) => status !== 'archived').map(({ _id }) => _id));
  };

  const settle = async (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    const active = await activeOf(rows.map(({ userId }) => userId));
    const due = rows.filter(({ userId }) => active.has(userId));
    if (due.length > 0) {
      await permits.bulkWrite(
        due.map(({ permitId, userId }) => ({
          updateOne: {
            filter: { _id: permitId, holder: null, status: 'available', releasedBy: importId, releasedFrom: userId },
            update: {
              $set: { holder: userId, status: 'active', returned: { importId, at } },
              $unset: { releasedBy: '' as const, releasedAt: '' as const, releasedFrom: '' as const },
            },
          },
        })),
        { ordered: false },
      );
    }
    const ids = rows.map(({ permitId }) => permitId);
    const found = await permits.find({ _id: { $in: ids } }, { projection: { returned: 1 }, batchSize: ids.length + 1 }).toArray();
    const byId = new Map(found.map((permit) => [textOfPermitId(permit._id), permit]));
    const outcomeOf = ({ permitId, userId }: PermitReleaseDocument): 'returned' | WhyLeft => {
      const permit = byId.get(textOfPermitId(permitId));
      if (permit === undefined) return 'PERMIT_GONE';
      if (permit.returned?.importId === importId) return 'returned';
      return active.has(userId) ? 'PERMIT_NOT_FREE' : 'HOLDER_NOT_ACTIVE';
    };
    await releases.bulkWrite(
      rows.map((row) => ({
        updateOne: {
          filter: { _id: row._id, undo: { $ne: 'returned' as const }, undoAt: { $not: { $gt: at } } },
          update: { $set: { undo: outcomeOf(row), undoAt: at } },
        },
      })),
      { ordered: false },
    );
  };

  return {
    async giveBack(importId, at, onProgress) {
      const noted = releases.find({ _id: keysOf(importId), state: 'releasing' }, { sort: { _id: 1 } });
      for await (const rows of inBatches(noted, PER_BATCH)) {
        // A late worker that is still about to release them finds them refused.
        const refusals = rows.map(({ permitId, userId }) => ({
          updateOne: { filter: { _id: permitId, holder: userId, status: 'active' }, update: { $set: { returned: { importId, at } } } },
        }));
        await notes.settle(importId, rows, refusals);
        onProgress();
      }
      // Also those that stood in somebody's way the last time.
      const open = releases.find({ _id: keysOf(importId), state: 'released', undo: { $ne: 'returned' } }, { sort: { _id: 1 } });
      for await (const rows of inBatches(open, PER_BATCH)) {
        await settle(importId, rows, at);
        onProgress();
      }
    },
    countGivenBack: (importId) => releases.countDocuments({ _id: keysOf(importId), undo: 'returned' }),
    async *notGivenBack(importId) {
      const left = releases.find({ _id: keysOf(importId), state: 'released', undo: { $ne: 'returned' } }, { sort: { _id: 1 } });
      for await (const rows of inBatches(left, PER_BATCH)) {
        const ids = rows.map(({ permitId }) => permitId);
        const found = await permits.find({ _id: { $in: ids } }, { projection: { number: 1 }, batchSize: ids.length + 1 }).toArray();
        const numbers: ReadonlyMap<string, string | number> = new Map(found.map(({ _id, number }) => [textOfPermitId(_id), number]));
        for (const { permitId, userId, undo } of rows) {
          if (undo === undefined || undo === 'returned') continue;
          const id = textOfPermitId(permitId);
          const permit = String(numbers.get(id) ?? (typeof permitId === 'string' ? permitId : id));
          yield { userId, permit, line: null, why: undo, by: null };
        }
      }
    },
  };
}

/**
 * The notes on releases of permits (`permitReleases`): a row is written before its permit is touched, and settled by looking at the permit
 * afterwards. Both who releases and who takes a release back end what an earlier attempt left open.
 */
export function createReleaseNotes(models: Pick<Models, 'permits' | 'permitReleases'>) {
  const permits = native<PermitDocument>(models.permits);
  const releases = native<PermitReleaseDocument>(models.permitReleases);

  return {
    /** Changes the permits of these rows, then notes which of them the import has released so far. */
    async settle(
      importId: ImportId,
      rows: readonly PermitReleaseDocument[],
      changes: readonly mongo.AnyBulkWriteOperation<PermitDocument>[],
    ): Promise<void> {
      if (changes.length > 0) await permits.bulkWrite([...changes], { ordered: false });
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
    },
  };
}
