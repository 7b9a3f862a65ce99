// Decides on a batch of checked records and writes their users.

import type { Client } from '../../src/domain/client';
import { decide } from '../../src/domain/decide/decide';
import { userIdOf, type UserId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { headerFor } from '../../src/domain/client/profiles';
import type { CheckedRecord, Decided, FileMark } from '../../src/domain/record/record';
import { reason, type Reasons } from '../../src/domain/reason/reasons';
import type { FormerMarks, User, WrittenDecision, UserWrite, WriteOutcome } from '../../src/domain/user';
import type { ActivityPorts } from '../activity-ports';
import { requireNotLate, wasUndone } from '../undo/undo-users';
import { whileRaced } from '../while-raced';
import { withGroups, withKnownGroups } from './group-names';
import { Fingerprints } from '../../src/domain/file/fingerprint';

interface Candidate {
  readonly record: CheckedRecord;
  readonly mark: FileMark | undefined;
}

export type Applied =
  | { readonly kind: WrittenDecision | 'unchanged' | 'superseded'; readonly releaseFor: UserId | null; readonly inactiveIgnored: boolean }
  | { readonly kind: 'rejected'; readonly reasons: Reasons }
  /** Another user holds the e-mail or user name. */
  | { readonly kind: 'taken' };

export interface ApplyContext {
  readonly run: ImportRun;
  readonly client: Client;
  /** Whether a newer import that was applied contained this unique id. */
  readonly isSuperseded: (uniqueId: string) => boolean;
}

export interface WriteContext extends ApplyContext {
  /** The turn that the step goes by. */
  readonly turn: number;
  /** Before values are taken that a user without keys may hold; does its work once. */
  mendKeys(): Promise<void>;
}

/**
 * One answer per candidate, in their order. No two candidates may be about the same user. What a caller has asked before its first call, that
 * the turn is still the import's, is asked behind each batch again: for that batch, and for the next one.
 */
export async function applyRecords(
  ports: ActivityPorts,
  context: WriteContext,
  records: readonly Candidate[],
): Promise<readonly Applied[]> {
  const candidates = await withKnownGroups(ports, context.run.clientId, records);
  const applied: Applied[] = Array.from({ length: candidates.length });
  await whileRaced(context.run.importId, candidates.length, async (open, round) => {
    const some = open.map((index) => candidates[index]!);
    const users = await usersOf(ports, context, some, round === 0);
    return applyOnce(ports, { ...context, users }, candidates, open, applied);
  });
  return applied;
}

/**
 * Those of them that are stored. The first file of a client finds nobody, so nobody is looked for if that makes every record a new user. One
 * who is there all the same, from an earlier attempt or the application, is met when it is written, and read for the next round.
 */
async function usersOf(
  ports: ActivityPorts,
  context: ApplyContext,
  candidates: readonly Candidate[],
  isFirstLook: boolean,
): Promise<ReadonlyMap<UserId, User>> {
  const { run } = context;
  const isNew = (candidate: Candidate) => decideOne(context, candidate, undefined).decision.kind === 'create';
  if (isFirstLook && run.isFirst === true && candidates.every(isNew)) return new Map();
  const named = candidates.flatMap(({ record }) => (record.uniqueId === '' ? [] : [record]));
  const users = await ports.users.compare(new Map(named.map(({ uniqueId, values }) => [userIdOf(run.clientId, uniqueId), values])));
  if ([...users.values()].some(({ undone }) => undone?.importId === run.importId)) throw wasUndone(run.importId);
  return users;
}

/** Answers what it can; returns the candidates that somebody else was faster with. */
async function applyOnce(
  ports: ActivityPorts,
  context: WriteContext & { readonly users: ReadonlyMap<UserId, User> },
  candidates: readonly Candidate[],
  open: readonly number[],
  applied: Applied[],
): Promise<number[]> {
  const { run, users } = context;
  const ids = open.map((index) => userIdOf(run.clientId, candidates[index]!.record.uniqueId));
  const strangers = ids.flatMap((id, at) => (users.has(id) ? [] : [candidates[open[at]!]!.record.uniqueId]));
  const zeroTwins = await zeroTwinsOf(ports, context, strangers);
  const writes: UserWrite[] = [];
  const writers: { readonly index: number; readonly decided: Decided }[] = [];
  open.forEach((index, at) => {
    const candidate = candidates[index]!;
    const decided = decideOne(context, candidate, users.get(ids[at]!), zeroTwins);
    const write = writeOf(decided, ids[at]!, candidate.record);
    if (write === undefined) applied[index] = answer(decided, ids[at]!);
    else {
      writes.push(write);
      writers.push({ index, decided });
    }
  });
  if (writes.some(({ set }) => set.email !== undefined || set.userName !== undefined)) await context.mendKeys();
  const grouped = await withGroups(ports, run, writes);
  const outcomes = await ports.users.write(
    { clientId: run.clientId, importId: run.importId, seq: run.seq, at: ports.clock.now() },
    grouped,
  );
  const written = writes.filter((_, at) => outcomes[at] === 'written');
  await requireNotLate(ports, { run, turn: context.turn }, written);
  const raced: number[] = [];
  const refusedBy = new Set<string>();
  outcomes.forEach((outcome: WriteOutcome, at) => {
    const { index, decided } = writers[at]!;
    if (outcome === 'raced') raced.push(index);
    else if (typeof outcome === 'object') {
      refusedBy.add(outcome.refusedBy);
      applied[index] = { kind: 'rejected', reasons: [reason('NOT_STORED', null)] };
    } else applied[index] = outcome === 'taken' ? { kind: 'taken' } : answer(decided, writes[at]!.userId);
  });
  if (refusedBy.size > 0) {
    ports.log.warn('records not stored', { clientId: run.clientId, importId: run.importId, refusedBy: [...refusedBy] });
    await ports.imports.noteRefusedBy(run.importId, [...refusedBy]);
  }
  return raced;
}

/** Stored ids that these, of which no user is stored, may stand for: they differ in zeros only. */
export async function zeroTwinsOf(
  { users }: Pick<ActivityPorts, 'users'>,
  { run, client }: ApplyContext,
  strangers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  // The first file of a client meets nobody but the users that it makes itself.
  if (client.settings.leadingZeros === 'distinct' || run.isFirst === true) return NO_TWINS;
  const named = strangers.filter((id) => id !== '');
  return named.length === 0 ? NO_TWINS : users.zeroTwins(run, named);
}

const NO_TWINS: ReadonlyMap<string, string> = new Map();

export function decideOne(
  { run, client, isSuperseded }: ApplyContext,
  { record, mark }: Candidate,
  user: User | undefined,
  zeroTwins: ReadonlyMap<string, string> = NO_TWINS,
): Decided {
  const zeroTwin = zeroTwins.get(record.uniqueId);
  const { archiveOnInactive, reactivateOnActive, requiredFields } = client.settings;
  return decide(record, mark, user, {
    importId: run.importId,
    seq: run.seq,
    archiveOnInactive: archiveOnInactive && run.goAhead !== 'without-archives',
    reactivateOnActive,
    requiredFields,
    nameOf: (field) => headerFor(client.settings, field),
    ...(zeroTwin !== undefined && { zeroTwin }),
    superseded: record.uniqueId !== '' && isSuperseded(record.uniqueId),
  });
}

/** Undefined when there is nothing to write. */
function writeOf({ decision }: Decided, userId: UserId, { line, uniqueId }: CheckedRecord): UserWrite | undefined {
  if (decision.kind === 'create') return { kind: decision.kind, userId, uniqueId, line, set: decision.set };
  if (!('before' in decision)) return undefined;
  const { kind, user, set, before } = decision;
  return { kind, userId, line, rev: user.rev, set, before, former: marksOf(user) };
}

function marksOf({ imported, archived, foreign }: User): FormerMarks {
  const status = foreign?.['status'];
  return {
    ...(imported !== undefined && { imported }),
    ...(archived !== undefined && { archived }),
    ...(status !== undefined && { status: status as User['status'] }),
  };
}

export function answer({ decision, releasePermits, inactiveIgnored }: Decided, userId: UserId): Exclude<Applied, { kind: 'taken' }> {
  if (decision.kind === 'reject') return { kind: 'rejected', reasons: decision.reasons };
  const kind = decision.kind === 'done' ? decision.stamp.decision : decision.kind;
  return { kind, releaseFor: releasePermits ? userId : null, inactiveIgnored };
}

/** Which users a newer file has spoken of, whether or not it changed them: an import that goes on late leaves them alone. */
export async function supersededBy(
  ports: Pick<ActivityPorts, 'imports' | 'files'>,
  run: ImportRun,
): Promise<(uniqueId: string) => boolean> {
  const newer = await ports.imports.newerApplied(run.clientId, run.seq);
  const lists: Fingerprints[] = [];
  for (const importId of newer) {
    const ids = await ports.files.readIds(importId);
    if (ids !== undefined) lists.push(new Fingerprints(ids));
  }
  if (lists.length === 0) return () => false;
  return (uniqueId) => lists.some((ids) => ids.has(uniqueId));
}
