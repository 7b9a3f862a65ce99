// The receipt that lies beside a file in `.bak`: what became of it, for the client's own programs. A promise of format: keys are
// added, never renamed or removed. Says nothing that happens after the file was backed up, so that it is the same however often it is made.

import { failedRecordsName } from '../file/backup-names';
import type { ImportRun, ReportState } from '../import-run';

type ReceiptReport = { readonly state: 'none' | 'to-be-sent' | 'not-repeated'; readonly sentence: string };

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
    report: receiptReport(run.report),
    failedRecords: run.counts.rejected > 0 ? failedRecordsName(backupName) : null,
  };
  return `${JSON.stringify(receipt, null, 2)}\n`;
}

function receiptReport(state: ReportState): ReceiptReport {
  switch (state) {
    case 'none':
      return { state: 'none', sentence: 'No e-mail: nothing failed.' };
    case 'not-repeated':
      return {
        state: 'not-repeated',
        sentence:
          'No e-mail: the previous import, less than an hour before, had the same content and the same failures, and its e-mail says it all.',
      };
    case 'pending':
    case 'sent':
    case 'failed':
      return { state: 'to-be-sent', sentence: 'An e-mail about this import goes to the address that your settings name.' };
  }
}
