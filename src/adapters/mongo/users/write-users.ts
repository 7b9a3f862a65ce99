// Writes a batch of users in one unordered bulk, with optimistic concurrency: an update matches only the revision it was decided on,
// and nobody of whom a newer import has spoken meanwhile.
// What was not written is told apart by looking at the users again, never by what an error says.

import type { UserId } from '../../../domain/ids';
import type { Stamp } from '../../../domain/user';
import type { UserStore, UserWrite, WriteOutcome } from '../../../ports';
import { createBeforeImages } from './before-images';
import type { UserDocument } from '../documents';
import { duplicatesIn } from '../duplicate-key';
import { notMentionedSince } from './mentioned';
import { type Models, native } from '../models';
import { revision } from './revision';
import { uniqueKeys } from './unique-keys';

type Run = Parameters<UserStore['write']>[0];
type Create = Extract<UserWrite, { kind: 'create' }>;
type Change = Exclude<UserWrite, { kind: 'create' }>;
type Found = Pick<UserDocument, '_id' | 'rev' | 'imported' | 'mentioned'>;

export function createWriteUsers(models: Pick<Models, 'users' | 'userChanges'>): UserStore['write'] {
  const users = native<UserDocument>(models.users);
  const beforeImages = createBeforeImages(models);

  const find = async (writes: readonly UserWrite[]): Promise<ReadonlyMap<UserId, Found>> => {
    const ids = writes.map(({ userId }) => userId);
    const projection = { rev: 1, imported: 1, mentioned: 1 };
    const found = await users.find<Found>({ _id: { $in: ids } }, { projection, batchSize: ids.length + 1 }).toArray();
    return new Map(found.map((user) => [user._id, user]));
  };

  return async (run, writes) => {
    if (writes.length === 0) return [];
    const changes = writes.filter((write) => write.kind !== 'create');
    const newImages = await beforeImages.put(run, changes);

    const operations = writes.map((write) => (write.kind === 'create' ? create(run, write) : change(run, write)));
    let done = 0;
    await duplicatesIn(async () => {
      const { insertedCount, matchedCount } = await users.bulkWrite(operations, { ordered: false });
      done = insertedCount + matchedCount;
    });
    if (done === writes.length) return writes.map(() => 'written');

    const found = await find(writes);
    const outcomes = new Map(writes.map((write) => [write, outcomeOf(run, write, found.get(write.userId))]));
    await beforeImages.remove(
      run,
      newImages.filter((write) => outcomes.get(write) !== 'written'),
    );
    return [...outcomes.values()];
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
  const { importId, clientId, seq, at } = run;
  const status = kind === 'archive' ? { status: 'archived' as const, archived: { importId, at } } : { status: 'active' as const };
  return {
    updateOne: {
      filter: { _id: userId, rev: revision(rev), ...notMentionedSince(seq) },
      update: {
        $set: {
          ...set,
          ...uniqueKeys(clientId, set),
          ...(kind !== 'update' && status),
          imported: stamp(run, line, kind),
          updatedAt: at,
        },
        ...(kind === 'reactivate' && { $unset: { archived: '' as const } }),
        $inc: { rev: 1 },
      },
    },
  };
}

function outcomeOf(run: Run, write: UserWrite, found: Found | undefined): WriteOutcome {
  if (found?.imported?.importId === run.importId && found.imported.line === write.line) return 'written';
  if (write.kind === 'create') return found === undefined ? 'taken' : 'raced';
  return found !== undefined && (found.rev ?? 0) === write.rev && (found.mentioned ?? 0) <= run.seq ? 'taken' : 'raced';
}

function stamp({ importId, seq }: Run, line: number, decision: Stamp['decision']): Stamp {
  return { importId, seq, line, decision };
}
