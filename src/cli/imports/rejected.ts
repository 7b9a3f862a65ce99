// `imports rejected`: the failed records of one import, with every reason. On the terminal the first hundred; all as CSV or JSON, which
// are streamed, because there may be millions.

import type { Command } from 'commander';
import type { CheckedFile } from '../../domain/file/checked-file';
import { headerInFile, type FileHeaders } from '../../domain/file/header-names';
import type { ImportRun } from '../../domain/import-run';
import { statusReportName } from '../../domain/report/status-report';
import { grouped } from '../../domain/report/wording';
import { notFound, wrongUse } from '../../errors';
import type { RejectedStore } from '../../ports';
import type { RejectedRecord } from '../../domain/record/record';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { escapeText } from '../text/escape-text';
import type { Printer } from '../text/print';
import { requireImport } from './require-import';

const ON_SCREEN = 100;

export function addRejectedCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'rejected <id>',
    summary: 'the failed records of an import, with every reason',
    details: `Shows the first ${ON_SCREEN}; all of them as CSV, which is the attachment of the e-mail and can be corrected and uploaded again, or as JSON.`,
    examples: ['imports rejected acme-42', 'imports rejected acme-42 --csv > failed.csv', 'imports rejected acme-42 --json'],
  })
    .option('--csv', 'print the failed-records file')
    .action(async (id: string, { csv }: { readonly csv?: true }) => {
      if (csv && print.json) throw wrongUse('Give one of --csv and --json, not both');
      const services = await deps.open();
      const run = await requireImport(services, id);
      const kept = await services.rejected.count(run.importId);
      if (kept === 0 && run.counts.rejected > 0) {
        const what = run.counts.rejected === 1 ? '1 record, but it has' : `${grouped(run.counts.rejected)} records, but they have`;
        throw notFound(
          `Import ${run.importId} rejected ${what} expired, or been erased. The client's copy ${run.backup === null ? `is in reports/${statusReportName(run)}` : `lies beside ${escapeText(run.backup)}`}`,
        );
      }
      if (csv) return printCsv(services, run, print);
      if (print.json) return print.showEach(inJson(services.rejected, run));
      const text = await asText(services.rejected, run, kept, print);
      return print.show(undefined, () => text);
    });
}

async function* inJson(rejected: RejectedStore, run: ImportRun) {
  for await (const record of rejected.all(run.importId)) yield rejectedItem(record);
}

async function asText(rejected: RejectedStore, run: ImportRun, kept: number, print: Printer): Promise<string> {
  const { importId } = run;
  if (kept === 0 && run.state === 'held')
    return print.prose(
      `${importId} waits for approval: which of its records are rejected is not decided yet. See: imports show ${importId}`,
    );
  if (kept === 0)
    return run.refusal === null ? `No record of ${importId} was rejected.` : `${importId} was refused as a whole: imports show ${importId}`;
  const first: RejectedRecord[] = [];
  for await (const record of rejected.all(importId)) if (first.push(record) >= ON_SCREEN) break;
  const table = rejectedTable(first, run.layout, print);
  const all = `imports rejected ${importId} --csv > failed.csv`;
  return kept > first.length ? `${table}\n\nThe first ${first.length} of ${grouped(kept)}. All of them:\n${all}` : table;
}

type Rejected = CheckedFile['firstRejected'][number];

/** In JSON. */
export function rejectedItem({ line, uniqueId, reasons }: Rejected) {
  return { line, uniqueId, reasons: reasons.map(({ code, field, message }) => ({ code, field, message })) };
}

/** As a person reads them; also those of a dry run. `file` null = its headers are not known. */
export function rejectedTable(records: readonly Rejected[], file: FileHeaders | null, print: Printer): string {
  return print.table(records, [
    { head: 'LINE', align: 'right', cell: ({ line }) => line },
    { head: 'UNIQUE ID', cell: ({ uniqueId }) => (uniqueId === '' ? '(none)' : uniqueId) },
    {
      head: 'REASONS',
      narrow: 'wrap',
      cell: ({ reasons }) =>
        reasons.map(({ code, field, message }) => `${code}${field === null ? '' : ` ${headerInFile(file, field)}`}: ${message}`),
    },
  ]);
}

async function printCsv(
  { csv, rejected }: Pick<Services, 'csv' | 'rejected'>,
  { importId, layout }: ImportRun,
  print: Printer,
): Promise<void> {
  if (layout === null) {
    throw notFound(`Import ${importId} has no failed records: its file was not read to the end. See: imports show ${importId}`);
  }
  await print.csvFile((path) => csv.writeFailedRecords(path, layout, rejected.all(importId)));
}
