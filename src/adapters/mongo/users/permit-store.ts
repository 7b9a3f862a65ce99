// Releases permits of archived users, and gives them back when their import is undone. Every permit is noted before it is touched
// (`permitReleases`) and settled by looking at it afterwards, so that any step may crash, and be repeated, without releasing a permit that was
// handed to someone else in between, or giving one back that the application took away again. Both look at the user as it is then, never at
// what the import found earlier.

import type { mongo } from 'mongoose';
import { mayRelease } from '../../../domain/decide/decide';
import type { ImportId, UserId } from '../../../domain/ids';
import { inBatches } from '../../../domain/in-batches';
import type { WhyLeft } from '../../../domain/undo/undo';
import type { PermitStore } from '../../../ports';
import type { PermitDocument, PermitReleaseDocument, UserDocument } from '../documents';
import { keysOf, textOfPermitId } from '../keys';
import { findByIds, type Models, native } from '../models';
import { duplicatesIn } from '../write-failures';
import { PER_BATCH } from './ranges-of-users';

type PermitChange = mongo.AnyBulkWriteOperation<PermitDocument>;

export function createPermitStore(models: Pick<Models, 'permits' | 'permitReleases' | 'users'>): PermitStore {
  const permits = native(models.permits);
  const releases = models.permitReleases;
  const users = native(models.users);

  const usersThat = async (fit: (user: UserDocument) => boolean, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> => {
    const found = await findByIds(users, [...new Set(userIds)], { status: 1, archived: 1, undone: 1 });
    return new Set(found.filter(fit).map(({ _id }) => _id));
  };

  /** By the text of their ids. */
  const permitsOf = async (rows: readonly PermitReleaseDocument[]): Promise<ReadonlyMap<string, PermitDocument>> => {
    const ids = rows.map(({ permitId }) => permitId);
    const found = await findByIds(permits, ids, { number: 1, releasedBy: 1, returned: 1 });
    return new Map(found.map((permit) => [textOfPermitId(permit._id), permit]));
  };

  /** A row that is there already keeps its state: what is released once is not taken away again after the client has issued it again. */
  const note = async (importId: ImportId, userIds: readonly UserId[], at: Date): Promise<void> => {
    const held = permits.find({ holder: { $in: [...userIds] }, status: 'active' }, { projection: { holder: 1 }, batchSize: PER_BATCH });
    for await (const batch of inBatches(held, PER_BATCH)) {
      // Behind the permits: one that was issued to a user who is active again is seen together with that.
      const due = await usersThat(
        (user) => mayRelease(importId, user),
        batch.map(({ holder }) => holder as UserId),
      );
      const rows = batch
        .map(({ _id, holder }) => ({ _id: `${importId}/${textOfPermitId(_id)}`, permitId: _id, userId: holder as UserId }))
        .filter(({ userId }) => due.has(userId))
        .map((row) => ({ ...row, state: 'releasing' as const, at }));
      if (rows.length > 0) await duplicatesIn(() => releases.insertMany(rows, { ordered: false }));
    }
  };

  /** Changes the permits of these rows, then notes which of them the import has released so far. */
  const settleReleases = async (importId: ImportId, rows: readonly PermitReleaseDocument[], changes: PermitChange[]): Promise<void> => {
    if (changes.length > 0) await permits.bulkWrite(changes, { ordered: false });
    const found = await permitsOf(rows);
    const stateOf = ({ permitId }: PermitReleaseDocument) =>
      found.get(textOfPermitId(permitId))?.releasedBy === importId ? ('released' as const) : ('skipped' as const);
    await releases.bulkWrite(
      rows.map((row) => ({ updateOne: { filter: { _id: row._id, state: 'releasing' }, update: { $set: { state: stateOf(row) } } } })),
      { ordered: false },
    );
  };

  const release = async (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    // Once more: it may be weeks since they were noted.
    const may = await usersThat((user) => mayRelease(importId, user), rows.map(userOf));
    const due = rows.filter(({ userId }) => may.has(userId));
    const changes = due.map(({ permitId, userId }) => ({
      updateOne: {
        // One that was given back when this import was undone is not released by it again.
        filter: { _id: permitId, holder: userId, status: 'active', 'returned.importId': { $ne: importId } },
        update: { $set: { holder: null, status: 'available', releasedBy: importId, releasedAt: at, releasedFrom: userId } },
      },
    }));
    await settleReleases(importId, rows, changes);
  };

  /** A late worker that is still about to release them finds them refused. */
  const refuse = (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    const changes = rows.map(({ permitId, userId }) => ({
      updateOne: { filter: { _id: permitId, holder: userId, status: 'active' }, update: { $set: { returned: { importId, at } } } },
    }));
    return settleReleases(importId, rows, changes);
  };

  const giveBack = async (importId: ImportId, rows: readonly PermitReleaseDocument[], at: Date): Promise<void> => {
    const active = await usersThat(({ status }) => status !== 'archived', rows.map(userOf));
    const due = rows.filter(({ userId }) => active.has(userId));
    const changes = due.map(({ permitId, userId }) => ({
      updateOne: {
        filter: { _id: permitId, holder: null, status: 'available', releasedBy: importId, releasedFrom: userId },
        update: {
          $set: { holder: userId, status: 'active', returned: { importId, at } },
          $unset: { releasedBy: '' as const, releasedAt: '' as const, releasedFrom: '' as const },
        },
      },
    }));
    if (changes.length > 0) await permits.bulkWrite(changes, { ordered: false });
    const found = await permitsOf(rows);
    const outcomeOf = ({ permitId, userId }: PermitReleaseDocument): 'returned' | WhyLeft => {
      const permit = found.get(textOfPermitId(permitId));
      if (permit === undefined) return 'PERMIT_GONE';
      if (permit.returned?.importId === importId) return 'returned';
      return active.has(userId) ? 'PERMIT_NOT_FREE' : 'HOLDER_NOT_ACTIVE';
    };
    const outcomes = rows.map((row) => ({
      updateOne: {
        filter: { _id: row._id, undo: { $ne: 'returned' as const }, undoAt: { $not: { $gt: at } } },
        update: { $set: { undo: outcomeOf(row), undoAt: at } },
      },
    }));
    await releases.bulkWrite(outcomes, { ordered: false });
  };

  const releasing = (importId: ImportId) =>
    inBatches(releases.find({ _id: keysOf(importId), state: 'releasing' }, { sort: { _id: 1 }, batchSize: PER_BATCH }), PER_BATCH);
  const notReturned = (importId: ImportId) =>
    inBatches(releases.find({ _id: keysOf(importId), state: 'released', undo: { $ne: 'returned' } }, { sort: { _id: 1 } }), PER_BATCH);

  return {
    async release(importId, userIds, at) {
      for (let from = 0; from < userIds.length; from += PER_BATCH) await note(importId, userIds.slice(from, from + PER_BATCH), at);
      for await (const rows of releasing(importId)) await release(importId, rows, at);
    },
    countReleased: (importId) => releases.countDocuments({ _id: keysOf(importId), state: 'released' }),
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
    async giveBack(importId, at, onProgress) {
      for await (const rows of releasing(importId)) {
        await refuse(importId, rows, at);
        onProgress();
      }
      // Also those that stood in somebody's way the last time.
      for await (const rows of notReturned(importId)) {
        await giveBack(importId, rows, at);
        onProgress();
      }
    },
    countGivenBack: (importId) => releases.countDocuments({ _id: keysOf(importId), undo: 'returned' }),
    async *notGivenBack(importId) {
      for await (const rows of notReturned(importId)) {
        const found = await permitsOf(rows);
        for (const { permitId, userId, undo } of rows) {
          if (undo === undefined || undo === 'returned') continue;
          const id = textOfPermitId(permitId);
          // The application's numbers may be of any type.
          const number = found.get(id)?.number as string | number | undefined;
          const permit = String(number ?? (typeof permitId === 'string' ? permitId : id));
          yield { userId, permit, line: null, why: undo, by: null };
        }
      }
    },
  };
}

function userOf({ userId }: PermitReleaseDocument): UserId {
  return userId;
}
