// The values that writes are about to replace, put down before the users are touched: what undo and provenance read. Of several attempts
// at one record the highest revision stays, because an update on a lower one can no longer succeed.
//
// An attempt that meets an image takes it over, and what tells whose it is now is its time: one that wrote nothing in the end removes no
// image that another one relies on.

import type { UserStore } from '../../../ports';
import type { UserWrite } from '../../../domain/user';
import type { UserChangeDocument } from '../documents';
import { duplicatesIn } from '../write-failures';
import { lineKey } from '../keys';
import { findByIds, type Models, native } from '../models';
import { revisionOf } from './revision';

type Run = Parameters<UserStore['write']>[0];
type Change = Exclude<UserWrite, { kind: 'create' }>;

export function createBeforeImages(models: Pick<Models, 'users' | 'userChanges'>) {
  const collection = models.userChanges;
  const users = native(models.users);

  /** Not of an attempt that comes too late to write anything. */
  const takeOver = async (images: readonly UserChangeDocument[]): Promise<void> => {
    const ids = images.map(({ userId }) => userId);
    const found = await findByIds(users, ids, { rev: 1 });
    const revisions = new Map<string, number>(found.map((user) => [user._id, revisionOf(user)]));
    const updates = images
      .filter(({ userId, rev }) => revisions.get(userId) === rev)
      .map(({ _id, ...image }) => ({ updateOne: { filter: { _id, rev: { $lte: image.rev } }, update: { $set: image } } }));
    if (updates.length > 0) await collection.bulkWrite(updates, { ordered: false });
  };

  return {
    /** Returns the changes whose image is new, as opposed to left by an earlier attempt. */
    async put(run: Run, changes: readonly Change[]): Promise<readonly Change[]> {
      if (changes.length === 0) return [];
      const images = changes.map((change) => imageOf(run, change));
      const present = await duplicatesIn(() => collection.insertMany(images, { ordered: false }));
      if (present.size > 0) await takeOver([...present].map((at) => images[at]!));
      return changes.filter((_, at) => !present.has(at));
    },
    /** A change that did not happen leaves no trace. */
    async remove(run: Run, changes: readonly Change[]): Promise<void> {
      if (changes.length === 0) return;
      const removals = changes.map(({ line, rev }) => ({ deleteOne: { filter: { _id: lineKey(run.importId, line), rev, at: run.at } } }));
      await collection.bulkWrite(removals, { ordered: false });
    },
  };
}

function imageOf(run: Run, { userId, kind, line, rev, before, set, former = {} }: Change): UserChangeDocument {
  return { _id: lineKey(run.importId, line), userId, decision: kind, rev, before, after: set, former, at: run.at };
}
