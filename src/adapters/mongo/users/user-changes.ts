// What imports did to users: the values they replaced, by line of the file, and the users they created. Written in `before-images.ts`.

import type { ImportId, UserId } from '../../../domain/ids';
import type { UserChange } from '../../../domain/undo/undo';
import type { UserChanges } from '../../../ports';
import type { UserChangeDocument } from '../documents';
import { keysOf, lineKey } from '../keys';
import { type Models, native } from '../models';
import { PER_BATCH, rangesOf } from './ranges-of-users';

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
