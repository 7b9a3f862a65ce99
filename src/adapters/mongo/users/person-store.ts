// What the database keeps about one person outside `users`: replaced values, rejected records, rows that wait for a value, and what an undo
// left alone. Found without an index where there is none: that happens a few times a year.

import { type ClientId, parseImportId, userIdOf } from '../../../domain/ids';
import type { PersonStore } from '../../../ports';
import type { KeptOfPerson } from '../../../domain/user';
import type { Models } from '../models';

type Kept = Pick<Models, 'userChanges' | 'rejectedRecords' | 'deferredRecords' | 'undoChunks'>;

export function createPersonStore(models: Kept): PersonStore {
  const { userChanges: changes, rejectedRecords: rejected, deferredRecords: deferred, undoChunks: undos } = models;
  return {
    async find(clientId, uniqueId) {
      const userId = userIdOf(clientId, uniqueId);
      const [changed, refused, waiting, left] = await Promise.all([
        changes.find({ userId }).toArray(),
        rejected.find({ _id: ofClient(clientId), uniqueId }).toArray(),
        deferred.find({ _id: ofClient(clientId), 'record.uniqueId': uniqueId }).toArray(),
        undos.find({ _id: ofClient(clientId), 'result.left.userId': userId }).toArray(),
      ]);
      return {
        replacedValues: changed.map(({ _id, ...change }) => ({ importId: importOf(_id), ...change })),
        rejectedRecords: refused.map(({ _id, ...record }) => ({ importId: importOf(_id), ...record })),
        deferredRecords: waiting.map(({ _id, record }) => ({ importId: importOf(_id), ...record })),
        leftByUndo: left.flatMap(({ result }) => (result?.left ?? []).filter((each) => each.userId === userId)),
      } satisfies KeptOfPerson;
    },
    async erase(clientId, uniqueId) {
      const userId = userIdOf(clientId, uniqueId);
      await changes.deleteMany({ userId });
      await rejected.deleteMany({ _id: ofClient(clientId), uniqueId });
      await deferred.deleteMany({ _id: ofClient(clientId), 'record.uniqueId': uniqueId });
      await undos.updateMany({ _id: ofClient(clientId), 'result.left.userId': userId }, { $pull: { 'result.left': { userId } } });
    },
  };
}

/** Keys `<clientId>-<number>/…`, and not those of a client whose id only begins like that. */
function ofClient(clientId: ClientId): { readonly $regex: string } {
  return { $regex: `^${clientId}-[0-9]+/` };
}

function importOf(key: string): string {
  const importId = key.slice(0, key.indexOf('/'));
  return parseImportId(importId)?.importId ?? importId;
}
