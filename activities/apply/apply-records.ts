// Decides on a batch of checked records and writes their users. Optimistic: read, decide in pure code, write where nobody was faster,
// decide again where somebody was.

import type { Client } from '../../src/domain/client';
import { decide } from '../../src/domain/decide/decide';
import { userIdOf, type UserId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { headerFor } from '../../src/domain/client/profiles';
import type { CheckedRecord, Decided, FileMark } from '../../src/domain/record/record';
import { reason, type Reasons } from '../../src/domain/reason/reasons';
import type { FormerMarks, User, WrittenDecision } from '../../src/domain/user';
import { ImportsError } from '../../src/errors';
import type { UserWrite, WriteOutcome } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { takeBackLate, wasUndone } from '../undo/take-back-late';
import { withGroups, withKnownGroups } from './group-names';

type ApplyPorts = Pick<ActivityPorts, 'imports' | 'users' | 'groups' | 'changes' | 'undos' | 'clock' | 'log'>;

/** How often a record is decided anew because somebody else wrote its user meanwhile. */
const MOST_RACES = 3;

export interface Candidate {
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
  /** Whether a newer import that was applied spoke of this unique id. */
  readonly isSuperseded: (uniqueId: string) => boolean;
}

/** One answer per candidate, in their order. No two candidates may be about the same user. */
export async function applyRecords(ports: ApplyPorts, context: ApplyContext, records: readonly Candidate[]): Promise<readonly Applied[]> {
  const candidates = await withKnownGroups(ports, context.run.clientId, records);
  const applied: Applied[] = Array.from({ length: candidates.length });
  let open = candidates.map((_, index) => index);
  for (let round = 0; open.length > 0; round++) {
    if (round > MOST_RACES) {
      throw new ImportsError(
        'NOT_NOW',
        `${open.length} users of import ${context.run.importId} are being changed by others all the time; the step is tried again.`,
      );
    }
    if (round > 0) await jitter(round);
    open = await applyOnce(ports, context, candidates, open, applied);
  }
  return applied;
}

/** Answers what it can; returns the candidates that somebody else was faster with. */
async function applyOnce(
  ports: ApplyPorts,
  context: ApplyContext,
  candidates: readonly Candidate[],
  open: readonly number[],
  applied: Applied[],
): Promise<number[]> {
  const { run } = context;
  const ids = open.map((index) => userIdOf(run.clientId, candidates[index]!.record.uniqueId));
  const users = await ports.users.read(ids.filter((_, at) => candidates[open[at]!]!.record.uniqueId !== ''));
  if ([...users.values()].some(({ undone }) => undone?.importId === run.importId)) throw wasUndone(run.importId);
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
  if (writes.length === 0) return [];

  const named = await withGroups(ports, run, writes);
  const outcomes = await ports.users.write({ clientId: run.clientId, importId: run.importId, seq: run.seq, at: ports.clock.now() }, named);
  const written = writes.filter((_, at) => outcomes[at] === 'written');
  await takeBackLate(
    ports,
    run,
    written.map(({ userId, line, kind }) => ({ userId, line, isCreated: kind === 'create' })),
  );
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

/** Stored ids that differ in leading zeros only from these, of which no user is stored. */
export async function zeroTwinsOf(
  { users }: Pick<ApplyPorts, 'users'>,
  { run, client }: ApplyContext,
  strangers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  // The first file of a client meets nobody but the users that it makes itself.
  if (client.settings.leadingZeros === 'distinct' || run.isFirst === true) return NO_TWINS;
  const digits = strangers.filter((id) => /^\d+$/.test(id));
  return digits.length === 0 ? NO_TWINS : users.zeroTwins(run, digits);
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

function writeOf({ decision }: Decided, userId: UserId, record: CheckedRecord): UserWrite | undefined {
  const { line, uniqueId } = record;
  switch (decision.kind) {
    case 'create':
      return { kind: 'create', userId, uniqueId, line, set: decision.set };
    case 'update':
    case 'archive':
    case 'reactivate':
      return {
        kind: decision.kind,
        userId,
        line,
        rev: decision.user.rev,
        set: decision.set,
        before: decision.before,
        former: marksOf(decision.user),
      };
    case 'unchanged':
    case 'superseded':
    case 'done':
    case 'reject':
      return undefined;
  }
}

export function marksOf({ imported, archived }: User): FormerMarks {
  return { ...(imported !== undefined && { imported }), ...(archived !== undefined && { archived }) };
}

export function answer({ decision, releasePermits, inactiveIgnored }: Decided, userId: UserId): Exclude<Applied, { kind: 'taken' }> {
  if (decision.kind === 'reject') return { kind: 'rejected', reasons: decision.reasons };
  const kind = decision.kind === 'done' ? decision.stamp.decision : decision.kind;
  return { kind, releaseFor: releasePermits ? userId : null, inactiveIgnored };
}

function jitter(round: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20 * round + Math.random() * 50));
}
