// What imports did to users: the values they replaced, by line of the file, and the users they created. A write puts down what it is about to
// replace before it touches the users: that is what undo and provenance read. Of several attempts at one record the highest revision stays,
// because an update on a lower one can no longer succeed.
//
// An attempt that meets an image takes it over, and what tells whose it is now is its time: one that wrote nothing in the end removes no
// image that another one relies on.

import type { ImportId, UserId } from '../../../domain/ids';
import type { UserChange } from '../../../domain/undo/undo';
import type { UserWrite } from '../../../domain/user';
import type { UserChanges, UserStore } from '../../../ports';
import type { UserChangeDocument } from '../documents';
import { keysOf, lineKey } from '../keys';
import { findByIds, type Models, native } from '../models';
import { duplicatesIn } from '../write-failures';
import { PER_BATCH, rangesOf } from './ranges-of-users';
import { revisionOf } from './revision';

export function createUserChanges(
  models: Pick<Models, 'users' | 'userChanges'>,
): UserChanges & { of(userId: UserId): Promise<readonly UserChange[]> } {
  const users = native(models.users);
  const changes = models.userChanges;

  return {
    async *lines(importId) {
      const found = changes.find({ _id: keysOf(importId) }, { sort: { _id: 1 }, projection: { _id: 1 }, batchSize: PER_BATCH });
      for await (const { _id } of found) yield lineOf(_id);
    },
    async read(importId, which) {
      const _id =
        'lines' in which
          ? { $in: which.lines.map((line) => lineKey(importId, line)) }
          : { $gte: lineKey(importId, which.from), $lte: lineKey(importId, which.to) };
      const found = await changes.find({ _id }, { sort: { _id: 1 }, batchSize: PER_BATCH }).toArray();
      return found.map(toUserChange);
    },
    async discard(importId, lines) {
      if (lines.length > 0) await changes.deleteMany({ _id: { $in: lines.map((line) => lineKey(importId, line)) } });
    },
    async markUndone(importId, lines, undoneAt) {
      const _id = { $in: lines.map((line) => lineKey(importId, line)) };
      if (lines.length > 0) await changes.updateMany({ _id, undoneAt: { $exists: false } }, { $set: { undoneAt } });
    },
    async *created(clientId, importId) {
      // A range of `_id`s is all users of the client: an index on what imports created would slow every import for the sake of a rare undo.
      for await (const range of rangesOf(users, clientId)) {
        const filter = { ...range, 'created.importId': importId };
        for await (const user of users.find(filter, { sort: { _id: 1 }, projection: { _id: 1 }, batchSize: PER_BATCH })) yield user._id;
      }
    },
    async of(userId) {
      const found = await changes.find({ userId }).toArray();
      // By revision, because that is the order in which they were written, whatever clocks say.
      return found.map(toUserChange).toSorted((a, b) => a.rev - b.rev);
    },
  };
}

function toUserChange({ _id, ...change }: UserChangeDocument): UserChange {
  return { importId: _id.slice(0, _id.indexOf('/')) as ImportId, line: lineOf(_id), ...change };
}

function lineOf(key: string): number {
  return Number(key.slice(key.indexOf('/') + 1));
}

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
