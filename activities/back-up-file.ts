// Ends the import for the client's eyes: final counts, failed records, and the file with its receipt in `.bak`. What it decides is
// written before the file moves, so that a repetition moves the same file to the same name with the same receipt.

import { addCounts, NO_COUNTS, type Counts, type ImportOutcome, type ImportRun, type ReportState } from '../src/domain/import-run';
import type { ImportId } from '../src/domain/ids';
import type { Client } from '../src/domain/client';
import { composeReceipt } from '../src/domain/compose-receipt';
import { isRepeatedReport } from '../src/domain/is-repeated-report';
import type { ActivityPorts } from './activity-ports';
import { loadImport } from './load-import';
import { summariseRejected } from './summarise-rejected';
import { whileBeating } from './while-beating';
import { withHeartbeat } from './with-heartbeat';

const BACKUP_FOLDER = '.bak/';

type BackUpPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'rejected' | 'permits' | 'files' | 'csv' | 'clock' | 'log'>;

export const backUpFile =
  (ports: BackUpPorts) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly outcome: ImportOutcome; readonly counts: Counts }> => {
    const { run, client } = await loadImport(ports, importId);
    const ended = run.finishedAt === null ? await settle(ports, run, client) : run;
    if (ended.layout !== null && ended.counts.rejected > 0) {
      // Gone when the import had been closed and is retried all the same.
      await ports.files.makeWorkFolder(importId);
      await ports.csv.writeFailedRecords(
        ports.files.failedRecordsPath(importId),
        ended.layout,
        withHeartbeat(ports.rejected.all(importId)),
      );
    }
    await moveToBackup(ports, ended);
    ports.log.info('file backed up', { clientId: ended.clientId, importId, outcome: ended.outcome, ...ended.counts });
    return { outcome: ended.outcome!, counts: ended.counts };
  };

async function moveToBackup(ports: BackUpPorts, run: ImportRun): Promise<void> {
  const { clientId, importId } = run;
  const name = run.backup!.slice(BACKUP_FOLDER.length);
  const moved = await whileBeating(() => ports.files.backUp(clientId, importId, name, composeReceipt(run)));
  if (moved === 'done') return;
  // Another import of the client took the name between our look and our move.
  const backup = await backupFor(ports, run, run.finishedAt!);
  await ports.imports.update(importId, { backup });
  await moveToBackup(ports, { ...run, backup });
}

async function backupFor(ports: BackUpPorts, run: ImportRun, at: Date): Promise<string> {
  return `${BACKUP_FOLDER}${await ports.files.freeBackupName(run.clientId, run.fileName, at)}`;
}

/** Everything that the receipt and the e-mail say, decided once and written down. */
async function settle(ports: BackUpPorts, run: ImportRun, client: Client): Promise<ImportRun> {
  const { importId, clientId } = run;
  const finishedAt = ports.clock.now();
  const counts = run.refusal === null ? await finalCounts(ports, importId) : NO_COUNTS;
  const summary = await summariseRejected(withHeartbeat(ports.rejected.all(importId)));
  const outcome: ImportOutcome =
    run.outcome ?? (run.refusal !== null ? 'refused' : counts.rejected > 0 ? 'imported-with-failures' : 'imported');
  const found = { state: 'backing-up', outcome, counts, ...summary, finishedAt } as const;
  const { previous } = await ports.imports.earlier(clientId, run.seq, run.sha256 ?? '');
  const change = {
    ...found,
    report: reportOf({ ...run, ...found }, previous, client),
    backup: await backupFor(ports, run, finishedAt),
  };
  if (await ports.imports.updateIf(importId, { finishedAt: null }, change)) return { ...run, ...change };
  // Another worker took us for dead and has decided it: its word goes.
  return (await loadImport(ports, importId)).run;
}

async function finalCounts(ports: BackUpPorts, importId: ImportId): Promise<Counts> {
  let counts = NO_COUNTS;
  for await (const { result } of ports.imports.chunkResults(importId)) counts = addCounts(counts, result.counts);
  return { ...counts, permitsReleased: await ports.permits.countReleased(importId) };
}

function reportOf(run: ImportRun, previous: ImportRun | undefined, client: Client): ReportState {
  // Each decision is somebody's own: it is told each time.
  if (run.outcome === 'declined') return 'pending';
  const hasFailures = run.outcome === 'refused' || run.counts.rejected > 0;
  if (!hasFailures) return client.settings.report === 'always' ? 'pending' : 'none';
  return isRepeatedReport(run, previous) ? 'not-repeated' : 'pending';
}
