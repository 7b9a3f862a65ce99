// The dry run: the inspection, the checks and the decisions of an import against the present database, with nothing written. What it
// says holds for this moment: users may have changed by the time the file is imported.

import type { CheckedFile } from '../../src/domain/file/checked-file';
import type { Client } from '../../src/domain/client';
import { mustHold } from '../../src/domain/decide/hold-rule';
import { NO_COUNTS } from '../../src/domain/import-run';
import { ReasonTally } from '../../src/domain/reason/reason-tally';
import type { Inspection } from '../../src/domain/file/inspection';
import type { RejectedRecord } from '../../src/domain/record/rejected-record';
import type { ActivityPorts } from '../activity-ports';
import { newRun } from '../claim/claim-ready-files';
import { lineBreakHabit } from '../inspect/line-break-habit';
import { planImport } from './plan-import';
import { plannedRejections } from './planned-rejections';
import type { PlanSource } from './walk-decisions';

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
