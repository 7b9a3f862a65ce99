// The receipt beside a file in `.bak`: its result, for the client's own programs. Keys may be added, but are never renamed or removed.
// It says nothing about what happens after the file was backed up, so writing it again gives the same bytes.

import { failedRecordsName } from '../file/folder-files';
import type { ImportRun, ReportState } from '../import-run';

const TO_BE_SENT = { state: 'to-be-sent', sentence: 'An e-mail about this import is sent to the address in your settings.' };
const REPORT: Readonly<Record<ReportState, typeof TO_BE_SENT>> = {
  none: { state: 'none', sentence: 'No e-mail is sent, because nothing failed.' },
  'not-repeated': {
    state: 'not-repeated',
    sentence: 'No e-mail is sent, because the previous import, less than an hour earlier, had the same content and the same failures.',
  },
  pending: TO_BE_SENT,
  sent: TO_BE_SENT,
  failed: TO_BE_SENT,
};

/** JSON, indented, ending in a newline. Times are ISO 8601 in UTC. */
export function composeReceipt(run: ImportRun): string {
  const backupName = run.backup === null ? run.fileName : run.backup.slice(run.backup.lastIndexOf('/') + 1);
  const receipt = {
    importId: run.importId,
    file: run.fileName,
    outcome: run.outcome,
    counts: run.counts,
    sha256: run.sha256,
    bytes: run.bytes,
    receivedAt: run.receivedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    refusal: run.refusal,
    sameAs: run.sameAs,
    ...(run.sameAsBecame === undefined ? {} : { sameAsBecame: run.sameAsBecame }),
    ...(run.stopped === undefined ? {} : { stopped: run.stopped }),
    report: REPORT[run.report],
    failedRecords: run.counts.rejected > 0 ? failedRecordsName(backupName) : null,
  };
  return `${JSON.stringify(receipt, null, 2)}\n`;
}
