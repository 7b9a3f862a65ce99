// Ends the import for the client's eyes: final counts, then the file with its receipt and failed records in `.bak`, or, where the upload
// stays in its place, the status report. What it decides is written first, so that a repetition leaves the same under the same name.

import {
  addCounts,
  NO_COUNTS,
  type Counts,
  type FileLayout,
  type ImportOutcome,
  type ImportRun,
  type ReportState,
  type Stopped,
} from '../../src/domain/import-run';
import type { ImportId } from '../../src/domain/ids';
import { enter, type InTurn } from '../turn/require-turn';
import type { Client } from '../../src/domain/client';
import { composeReceipt } from '../../src/domain/report/compose-receipt';
import { isRepeatedReport } from '../../src/domain/report/compose-mail';
import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { fileStatusReport } from './file-status-report';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { whileBeating, withHeartbeat } from '../heartbeat';
import { announceEnd } from '../webhooks/events';
import { createHash } from 'node:crypto';
import { ReasonTally } from '../../src/domain/reason/reason-tally';
import type { RejectedRecord } from '../../src/domain/record/record';

const BACKUP_FOLDER = '.bak/';

export interface BackedUp {
  readonly outcome: ImportOutcome;
  readonly counts: Counts;
  /** `pending` = an e-mail is to be sent. */
  readonly report: ReportState;
}

export async function backUpFile(ports: ActivityPorts, { importId, turn }: InTurn): Promise<BackedUp> {
  await enter(ports, { importId, turn }, 'backing-up');
  const { run, client } = await loadImport(ports, importId);
  const { outcome, counts, finishedAt, report } = await putAway(ports, run, client);
  await ports.imports.advance(importId, 'reporting', {}, { turn });
  await announceEnd(ports, { ...run, outcome, finishedAt });
  return { outcome: outcome!, counts, report };
}

/** The file of an import that was stopped half-way, and is undone, goes the same way, with what was done and taken back. */
export async function backUpStopped(ports: ActivityPorts, importId: ImportId, stopped: Stopped): Promise<void> {
  const { run, client } = await loadImport(ports, importId);
  const finishedAt = ports.clock.now();
  const counts = { ...NO_COUNTS, records: run.counts.records };
  const backup = await backupFor(ports, run, client, finishedAt);
  await ports.imports.updateIf(importId, { finishedAt: null }, { stopped, counts, finishedAt, report: 'pending', backup });
  await putAway(ports, (await loadImport(ports, importId)).run, client);
}

/** Also of an import that had stopped and is undone: nobody will retry it. */
export async function putAway(
  ports: ActivityPorts,
  run: ImportRun,
  client: Client,
): Promise<Pick<ImportRun, 'outcome' | 'counts' | 'finishedAt' | 'report'>> {
  const ended = run.finishedAt === null ? await settle(ports, run, client) : run;
  const { clientId, importId, outcome, counts, finishedAt, report } = ended;
  if (profileOf(client).upload === 'moved') await moveAway(ports, ended, client);
  else await leaveReport(ports, ended, client);
  ports.log.info('file backed up', { clientId, importId, outcome, ...counts });
  return { outcome, counts, finishedAt, report };
}

async function moveAway(ports: ActivityPorts, ended: ImportRun, client: Client): Promise<void> {
  const { importId, layout, counts } = ended;
  if (layout !== null && counts.rejected > 0) await writeFailedRecords(ports, importId, layout);
  await moveToBackup(ports, ended, client);
}

/** Returns where. */
export async function writeFailedRecords(ports: ActivityPorts, importId: ImportId, layout: FileLayout): Promise<string> {
  // Gone when the import had been closed and is retried, or its e-mail is sent again.
  await ports.files.makeWorkFolder(importId);
  const path = ports.files.failedRecordsPath(importId);
  await ports.csv.writeFailedRecords(path, layout, withHeartbeat(ports.rejected.all(importId)));
  return path;
}

async function leaveReport(ports: ActivityPorts, ended: ImportRun, client: Client): Promise<void> {
  const { importId, outcome, counts } = ended;
  await noteStep(ports, client, importId, { kind: 'ended', outcome: outcome ?? 'stopped', counts });
  const name = await fileStatusReport(ports, ended);
  await noteStep(ports, client, importId, { kind: 'reported', name });
}

async function moveToBackup(ports: ActivityPorts, run: ImportRun, client: Client): Promise<void> {
  const { clientId, importId } = run;
  const name = run.backup!.slice(BACKUP_FOLDER.length);
  const moved = await whileBeating(() => ports.files.backUp(clientId, importId, name, composeReceipt(run)));
  if (moved === 'done') return;
  // Another import of the client took the name between our look and our move.
  const backup = await backupFor(ports, run, client, run.finishedAt!);
  await ports.imports.update(importId, { backup });
  await moveToBackup(ports, { ...run, backup }, client);
}

/** null = the upload stays in its place. */
async function backupFor(ports: ActivityPorts, run: ImportRun, client: Client, at: Date): Promise<string | null> {
  if (profileOf(client).upload !== 'moved') return null;
  return `${BACKUP_FOLDER}${await ports.files.freeBackupName(run.clientId, run.fileName, at)}`;
}

/** Everything that the receipt and the e-mail say, decided once and written down. */
async function settle(ports: ActivityPorts, run: ImportRun, client: Client): Promise<ImportRun> {
  const { importId, clientId } = run;
  const finishedAt = ports.clock.now();
  const counts = run.refusal === null ? await finalCounts(ports, run) : NO_COUNTS;
  const summary = await summariseRejected(withHeartbeat(ports.rejected.all(importId)));
  const outcome: ImportOutcome =
    run.outcome ?? (run.refusal !== null ? 'refused' : counts.rejected > 0 ? 'imported-with-failures' : 'imported');
  const found = { outcome, counts, ...summary, finishedAt } as const;
  const { previous } = await ports.imports.earlier(clientId, run.seq, run.sha256 ?? '');
  const change = {
    ...found,
    report: reportOf({ ...run, ...found }, previous, client),
    backup: await backupFor(ports, run, client, finishedAt),
  };
  if (await ports.imports.updateIf(importId, { finishedAt: null }, change)) return { ...run, ...change };
  // Another worker took us for dead and has decided it: its word goes.
  return (await loadImport(ports, importId)).run;
}

async function finalCounts(ports: ActivityPorts, { importId, outcome, counts: { records } }: ImportRun): Promise<Counts> {
  if (outcome === 'declined') return { ...NO_COUNTS, records };
  let counts: Counts = NO_COUNTS;
  for await (const { result } of ports.imports.chunkResults(importId)) counts = addCounts(counts, result.counts);
  return { ...counts, permitsReleased: await ports.permits.countReleased(importId) };
}

function reportOf(run: ImportRun, previous: ImportRun | undefined, client: Client): ReportState {
  // Each decision is somebody's own: it is told each time.
  if (run.outcome === 'declined') return 'pending';
  const hasFailures = run.outcome === 'refused' || run.counts.rejected > 0;
  if (!hasFailures) return client.settings.report === 'always' ? 'pending' : 'none';
  // A version is imported again only when the client asks for it.
  if (profileOf(client).report === 'status') return 'pending';
  return isRepeatedReport(run, previous) ? 'not-repeated' : 'pending';
}

/** In one pass; the hash is the same when the same lines fail for the same reasons. */
async function summariseRejected(
  records: AsyncIterable<RejectedRecord>,
): Promise<Required<Pick<ImportRun, 'reasonCounts' | 'reasonGroups' | 'rejectedDigest'>>> {
  const tally = new ReasonTally();
  const hash = createHash('sha256');
  let seen = 0;
  for await (const { line, reasons } of records) {
    seen++;
    tally.add(line, reasons);
    hash.update(`${line}:${reasons.map(({ code, field }) => `${code}/${field ?? ''}`).join(',')};`);
  }
  return { reasonCounts: tally.counts, reasonGroups: tally.groups, rejectedDigest: seen === 0 ? null : hash.digest('hex') };
}
