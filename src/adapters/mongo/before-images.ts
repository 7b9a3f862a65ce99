// The values that writes are about to replace, put down before the users are touched: what undo and provenance read. Of several attempts
// at one record the highest revision stays, because an update on a lower one can no longer succeed.

import type { UserStore, UserWrite } from '../../ports';
import type { UserChangeDocument } from './documents';
import { duplicatesIn } from './duplicate-key';
import { lineKey } from './keys';
import { type Models, native } from './models';

type Run = Parameters<UserStore['write']>[0];
type Change = Exclude<UserWrite, { kind: 'create' }>;

export function createBeforeImages({ userChanges }: Pick<Models, 'userChanges'>) {
  const collection = native<UserChangeDocument>(userChanges);

  return {
    /** Returns the changes whose image is new, as opposed to left by an earlier attempt. */
    async put(run: Run, changes: readonly Change[]): Promise<readonly Change[]> {
      if (changes.length === 0) return [];
      const images = changes.map((change) => imageOf(run, change));
      const present = await duplicatesIn(() => collection.insertMany(images, { ordered: false }));
      if (present.size > 0) {
        const newer = [...present].map((at) => images[at] as UserChangeDocument);
        await collection.bulkWrite(
          newer.map(({ _id, ...image }) => ({ updateOne: { filter: { _id, rev: { $lt: image.rev } }, update: { $set: image } } })),
          { ordered: false },
        );
      }
      return changes.filter((_, at) => !present.has(at));
    },
    /** A change that did not happen leaves no trace. */
    async remove(run: Run, changes: readonly Change[]): Promise<void> {
      if (changes.length === 0) return;
      await collection.deleteMany({ _id: { $in: changes.map(({ line }) => lineKey(run.importId, line)) } });
    },
  };
}

function imageOf(run: Run, { userId, kind, line, rev, before, set, former = {} }: Change): UserChangeDocument {
  return { _id: lineKey(run.importId, line), userId, decision: kind, rev, before, after: set, former, at: run.at };
}
