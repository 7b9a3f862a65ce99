// The dry run: the inspection, the checks and the decisions of an import against the present database, with nothing written. What it
// says holds for this moment: users may have changed by the time the file is imported. For a held import, what it would do to each user.

import type { CheckedFile, PlannedChange, ReplacedValue } from '../../src/domain/file/checked-file';
import type { Client } from '../../src/domain/client';
import { mustHold } from '../../src/domain/decide/hold-rule';
import { NO_COUNTS } from '../../src/domain/import-run';
import { ReasonTally } from '../../src/domain/reason/reason-tally';
import type { Inspection } from '../../src/domain/file/inspection';
import { type RejectedRecord, rejectedRecord, type Decision } from '../../src/domain/record/record';
import type { ActivityPorts } from '../activity-ports';
import { newRun } from '../claim/claim-ready-files';
import { lineBreakHabit } from '../inspect/inspect-file';
import { planImport, type Plan } from './plan-import';
import { type PlanSource, walkDecisions, planSource } from './walk-decisions';
import { missingTakenReasons, takenReasons, takeoversOf } from '../settle/takeovers';
import { uniqueIdOf, type ImportId, type UserId } from '../../src/domain/ids';
import { loadImport } from '../load-import';

/** How many rejected records are told in full. */
const FIRST = 10;
const NO_NUMBERS = { archives: 0, permits: 0, activeUsers: 0, emailChanges: 0, userNameChanges: 0 };
/** Newer than any file of the client. */
const NEWEST = Number.MAX_SAFE_INTEGER;

type CheckPorts = Pick<ActivityPorts, 'imports' | 'users' | 'groups' | 'permits' | 'csv' | 'clock'>;

interface CheckInput {
  readonly client: Client;
  /** As the client would name it: its ending counts. */
  readonly fileName: string;
  readonly sourcePath: string;
  /** Where work files may be left. */
  readonly textPath: string;
  readonly idsPath: string;
  /** Where the failed records go, when there are any; null = nowhere. */
  readonly failedRecordsPath: string | null;
}

export async function checkFile(ports: CheckPorts, { client, failedRecordsPath, ...file }: CheckInput): Promise<CheckedFile> {
  const habit = await lineBreakHabit(ports.imports, { clientId: client.clientId, seq: NEWEST });
  const { verdict, sha256, bytes } = await ports.csv.inspect({ ...file, lineBreakHabit: habit }, client.settings, () => {});
  const nothing = { reasonCounts: {}, reasonGroups: [], firstRejected: [], headers: null, ignoredHeaders: [], wouldBeHeld: false };
  if (verdict.kind === 'refused') return { ...nothing, sha256, bytes, refusal: verdict.refusal, counts: NO_COUNTS, numbers: NO_NUMBERS };

  const source = sourceOf(ports, client, file, verdict);
  const plan = await planImport(ports, source);
  const seen = new RejectionsSeen();
  if (plan.counts.rejected > 0) {
    const rejected = seen.all(plannedRejections(ports, source, plan));
    if (failedRecordsPath === null) for await (const _ of rejected);
    else await ports.csv.writeFailedRecords(failedRecordsPath, verdict.layout, rejected);
  }
  return {
    sha256,
    bytes,
    refusal: null,
    counts: plan.counts,
    numbers: plan.numbers,
    wouldBeHeld: mustHold(plan.numbers, client.settings.holdAbove),
    reasonCounts: seen.tally.counts,
    reasonGroups: seen.tally.groups,
    firstRejected: seen.first,
    headers: verdict.layout.headers,
    ignoredHeaders: verdict.layout.ignoredHeaders,
  };
}

function sourceOf(
  { clock }: CheckPorts,
  client: Client,
  file: { readonly fileName: string; readonly sourcePath: string; readonly textPath: string },
  { layout, chunks }: Extract<Inspection['verdict'], { kind: 'accepted' }>,
): PlanSource {
  const now = clock.now();
  const run = newRun(client.clientId, NEWEST, { name: file.fileName, bytes: 0, inode: '', changedAt: now });
  return {
    context: { run: { ...run, startedAt: now, layout, chunks: chunks.length }, client, isSuperseded: () => false },
    paths: file,
    chunks: async function* () {
      yield* chunks;
    },
  };
}

class RejectionsSeen {
  readonly tally = new ReasonTally();
  readonly first: CheckedFile['firstRejected'][number][] = [];

  async *all(records: AsyncIterable<RejectedRecord>): AsyncGenerator<RejectedRecord> {
    for await (const record of records) {
      const { line, uniqueId, reasons } = record;
      this.tally.add(line, reasons);
      if (this.first.length < FIRST) this.first.push({ line, uniqueId, reasons });
      yield record;
    }
  }
}

/** The records that an import would reject, with every reason, by line: a second walk over the file, so that none has to be kept. */
async function* plannedRejections(
  ports: Pick<ActivityPorts, 'users' | 'groups' | 'csv'>,
  source: PlanSource,
  plan: Pick<Plan, 'lostBy' | 'isGivenUp'>,
): AsyncGenerator<RejectedRecord> {
  const { client } = source.context;
  for await (const { decided } of walkDecisions(ports, source)) {
    const lost = decided.map(({ userId, decision }) => (decision.kind === 'reject' ? [] : plan.lostBy(userId)));
    // Who holds what they cannot have: few records are lost, so that hardly anybody is looked for twice.
    const losers = decided.filter((_, at) => lost[at]!.length > 0);
    const takeovers = await takeoversOf(ports.users, client.clientId, losers);
    const takeoverOf = new Map(takeovers.map((takeover) => [takeover.userId, takeover]));
    const rejected = decided.flatMap(({ record, cells, userId, decision }, at) => {
      if (decision.kind === 'reject') return [rejectedRecord(record, decision.reasons, cells)];
      if (lost[at]!.length === 0) return [];
      return [rejectedRecord(record, takenReasons(takeoverOf.get(userId)!, lost[at]!, client), cells)];
    });
    const missing = await missingTakenReasons(ports.users, client, rejected, (key) => !plan.isGivenUp(key));
    for (const [at, record] of rejected.entries()) yield { ...record, reasons: [...record.reasons, ...missing[at]!] };
  }
}

type PlanPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'users' | 'groups' | 'permits' | 'files' | 'csv'>;
type Written = Extract<Decision, { readonly before: unknown }>;

/** Who would be archived, with the permits they hold, and whose e-mail or user name would be replaced: a second walk, so that nothing is kept. */
export async function* plannedChanges(ports: PlanPorts, importId: ImportId): AsyncGenerator<PlannedChange> {
  const { run, client } = await loadImport(ports, importId);
  const source = await planSource(ports, run, client);
  const plan = await planImport(ports, source);
  for await (const { decided } of walkDecisions(ports, source)) {
    const kept = decided.filter(({ userId, decision }) => decision.kind !== 'reject' && plan.lostBy(userId).length === 0);
    const losing = kept.filter(({ releasePermits }) => releasePermits).map(({ userId }) => userId);
    const permits: ReadonlyMap<UserId, readonly string[]> = losing.length === 0 ? new Map() : await ports.permits.activeOf(losing);
    for (const { userId, record, decision } of kept) {
      const change = {
        line: record.line,
        uniqueId: uniqueIdOf(userId),
        isArchived: decision.kind === 'archive',
        permits: permits.get(userId) ?? [],
        email: 'before' in decision ? replaced(decision, 'email') : null,
        userName: 'before' in decision ? replaced(decision, 'userName') : null,
      };
      if (change.isArchived || change.permits.length > 0 || change.email !== null || change.userName !== null) yield change;
    }
  }
}

/** null = it stays as it is, or there was none. */
function replaced({ before, set }: Written, field: 'email' | 'userName'): ReplacedValue | null {
  const [was, willBe] = [before[field], set[field]];
  return typeof was === 'string' && typeof willBe === 'string' ? { was, willBe } : null;
}
