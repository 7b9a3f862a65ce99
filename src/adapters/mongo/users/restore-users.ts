// Takes back what an import did to a batch of users, in one unordered bulk with optimistic concurrency, as `write-users.ts` did it.
// The mark `undone` is what a repetition recognises; what was not written is told apart by looking at the users again.

import type { Restore } from '../../../domain/undo/decide-undo';
import type { UserId } from '../../../domain/ids';
import type { UserStore } from '../../../ports';
import type { WriteOutcome } from '../../../domain/user';
import { failuresIn } from '../write-failures';
import { findByIds, type Models, native } from '../models';
import { createNotWritten } from './not-written';
import { revision, revisionOf } from './revision';
import { KEY_OF, KEYED_FIELDS, uniqueKeys } from './unique-keys';

type Run = Parameters<UserStore['restore']>[0];
type UserRestore = Restore & { readonly userId: UserId };

export function createRestoreUsers(models: Pick<Models, 'users'>): UserStore['restore'] {
  const users = native(models.users);
  const notWritten = createNotWritten(models);

  return async (run, restores) => {
    if (restores.length === 0) return [];
    let done = 0;
    const failures = await failuresIn(async () => {
      const operations = restores.map((restore) => ({ updateOne: updateOf(run, restore) }));
      done = (await users.bulkWrite(operations, { ordered: false })).matchedCount;
    });
    if (done === restores.length) return restores.map(() => 'written');

    const ids = restores.map(({ userId }) => userId);
    const found = await findByIds(users, ids, { rev: 1, undone: 1 });
    const unmended = await notWritten.mendRevisions(found);
    const byId = new Map(found.map((user) => [user._id, user]));
    const failed = restores.flatMap((restore, at) => {
      const failure = unmended.get(restore.userId) ?? failures.get(at);
      return failure === undefined ? [] : [{ ...restore, failure }];
    });
    const explained = await notWritten.explain(run.clientId, failed);
    return restores.map(({ userId, rev }): WriteOutcome => {
      const user = byId.get(userId);
      if (user?.undone?.importId === run.importId) return 'written';
      return (user !== undefined && revisionOf(user) === rev ? explained.get(userId) : undefined) ?? 'raced';
    });
  };
}

function updateOf({ clientId, importId, at }: Run, { userId, rev, backTo, set, unset, status, archived, imported, gaveUp }: UserRestore) {
  const held = uniqueKeys(clientId, set);
  // Of a value that is none, too: the application may have stored an empty text, or a list.
  const keys = KEYED_FIELDS.filter((field) => unset.includes(field) || field in set).map((field) => KEY_OF[field]);
  const gone = [
    ...unset,
    ...keys.filter((key) => held[key] === undefined),
    ...(status !== null && status !== 'archived' ? ['archived'] : []),
    ...(imported === null ? ['imported'] : []),
  ];
  return {
    filter: { _id: userId, rev: revision(rev) },
    update: {
      $set: {
        ...set,
        ...held,
        ...(status !== null && { status }),
        ...(archived !== null && { archived }),
        ...(gaveUp !== null && { 'created.undoneAt': at, 'created.gaveUp': gaveUp }),
        ...(imported !== null && { imported }),
        undone: { importId, at, rev: rev + 1, backTo },
        updatedAt: at,
        rev: rev + 1,
      },
      ...(gone.length > 0 && { $unset: Object.fromEntries(gone.map((name) => [name, '' as const])) }),
    },
  };
}
