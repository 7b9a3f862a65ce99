// Writes a batch of users in one unordered bulk, with optimistic concurrency: an update matches only the revision it was decided on,
// and no user that an undo of this import has restored.
// What was not written is told apart by looking at the users again; what an error says counts only where nothing else explains it.

import type { Stamp, UserWrite } from '../../../domain/user';
import type { UserStore } from '../../../ports';
import type { UserDocument } from '../documents';
import { failuresIn, type WriteFailure } from '../write-failures';
import { findByIds, type Models, native } from '../models';
import { createNotWritten } from './not-written';
import { revision, revisionOf } from './revision';
import { uniqueKeys } from './unique-keys';
import { createBeforeImages } from './user-changes';

type Run = Parameters<UserStore['write']>[0];
type Create = Extract<UserWrite, { kind: 'create' }>;
type Change = Exclude<UserWrite, { kind: 'create' }>;
type Found = Pick<UserDocument, '_id' | 'rev' | 'imported' | 'undone'>;

export function createWriteUsers(models: Pick<Models, 'users' | 'userChanges'>): UserStore['write'] {
  const users = native(models.users);
  const beforeImages = createBeforeImages(models);
  const notWritten = createNotWritten(models);

  return async (run, writes) => {
    if (writes.length === 0) return [];
    const changes = writes.filter((write) => write.kind !== 'create');
    const newImages = await beforeImages.put(run, changes);

    const operations = writes.map((write) => (write.kind === 'create' ? create(run, write) : change(run, write)));
    let done = 0;
    const failures = await failuresIn(async () => {
      const { insertedCount, matchedCount } = await users.bulkWrite(operations, { ordered: false });
      done = insertedCount + matchedCount;
    });
    if (done === writes.length) return writes.map(() => 'written');

    const ids = writes.map(({ userId }) => userId);
    const found = await findByIds(users, ids, { rev: 1, imported: 1, undone: 1 });
    const byId = new Map(found.map((user) => [user._id, user]));
    const unmended = await notWritten.mendRevisions(found);
    const outcomes = new Map(
      writes.map((write, at) => [write, outcomeOf(run, write, byId.get(write.userId), unmended.get(write.userId) ?? failures.get(at))]),
    );
    const failed = writes.flatMap((write) => {
      const failure = outcomes.get(write)!;
      return typeof failure === 'object' ? [{ ...write, failure }] : [];
    });
    const explained = await notWritten.explain(run.clientId, failed);
    await beforeImages.remove(
      run,
      newImages.filter((write) => outcomes.get(write) !== 'written'),
    );
    return writes.map((write) => {
      const outcome = outcomes.get(write)!;
      return typeof outcome === 'object' ? explained.get(write.userId)! : outcome;
    });
  };
}

function create(run: Run, { userId, uniqueId, line, set }: Create) {
  const { importId, clientId, at } = run;
  const document = {
    _id: userId,
    clientId,
    uniqueId,
    ...set,
    ...uniqueKeys(clientId, set),
    status: 'active' as const,
    rev: 1,
    imported: stamp(run, line, 'create'),
    created: { importId, line, at },
    updatedAt: at,
  };
  return { insertOne: { document } };
}

function change(run: Run, { userId, kind, line, rev, set }: Change) {
  const { importId, clientId, at } = run;
  const status = kind === 'archive' ? { status: 'archived' as const, archived: { importId, at } } : { status: 'active' as const };
  return {
    updateOne: {
      // What was undone stays undone, whatever a worker that slept through it is about to write.
      filter: { _id: userId, rev: revision(rev), 'undone.importId': { $ne: importId } },
      update: {
        $set: {
          ...set,
          ...uniqueKeys(clientId, set),
          ...(kind !== 'update' && status),
          imported: stamp(run, line, kind),
          updatedAt: at,
          rev: rev + 1,
        },
        ...(kind === 'reactivate' && { $unset: { archived: '' as const } }),
      },
    },
  };
}

/** A failure that no other write explains remains to be explained. */
function outcomeOf(
  run: Run,
  write: UserWrite,
  found: Found | undefined,
  failure: WriteFailure | undefined,
): 'written' | 'raced' | WriteFailure {
  if (found?.imported?.importId === run.importId && found.imported.line === write.line) return 'written';
  if (found?.undone?.importId === run.importId) return 'raced';
  const isAsRead = write.kind === 'create' ? found === undefined : isUnchanged(write, found);
  return isAsRead && failure !== undefined ? failure : 'raced';
}

function isUnchanged({ rev }: Change, found: Found | undefined): boolean {
  return found !== undefined && revisionOf(found) === rev;
}

function stamp({ importId, seq }: Run, line: number, decision: Stamp['decision']): Stamp {
  return { importId, seq, line, decision };
}
