// The failed-records file: what the client sent, and why it could not be imported, to be corrected and dropped back as it is.

import { stringify } from 'csv-stringify/sync';
import { clientCells, isOurs } from '../../domain/record/client-cells';
import { REPORT_HEADERS } from '../../domain/record/fields';
import type { FileLayout } from '../../domain/import-run';
import { reasonCells } from '../../domain/reason/reason-cells';
import { neutraliseCell, restoreCell } from '../../domain/report/spreadsheet-cell';
import type { RejectedRecord } from '../../ports';
import { writeAtomically } from './write-atomically';

const BOM = '\ufeff';
const AT_ONCE = 500;

export async function writeFailedRecords(path: string, layout: FileLayout, records: AsyncIterable<RejectedRecord>): Promise<void> {
  const kept = layout.headers.filter((header) => !isOurs(header));
  // A line end of whatever kind, and not only our own, would end the record.
  const options = { delimiter: layout.delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ };
  await writeAtomically(path, async (file) => {
    await file.appendFile(BOM);
    let rows: string[][] = [[...kept.map((header) => safe(header, layout)), ...REPORT_HEADERS]];
    for await (const record of records) {
      rows.push([...cellsOf(record, layout, kept.length), ...reasonsOf(record, layout)]);
      if (rows.length < AT_ONCE) continue;
      await file.appendFile(stringify(rows, options));
      rows = [];
    }
    await file.appendFile(stringify(rows, options));
  });
}

/** As many cells as the client has columns; what a misshapen record has beyond them is kept in the last one, so that nothing is lost. */
function cellsOf({ cells }: RejectedRecord, layout: FileLayout, width: number): string[] {
  const sent = clientCells(cells, layout.headers);
  const row = sent.slice(0, width);
  while (row.length < width) row.push('');
  if (sent.length > width) row.push([row.pop() ?? '', ...sent.slice(width)].join(layout.delimiter));
  return row.map((cell) => safe(cell, layout));
}

/** A corrected file was neutralised when it was sent out: once more must not add to it. */
function safe(cell: string, { droppedBack }: FileLayout): string {
  return neutraliseCell(droppedBack ? restoreCell(cell) : cell);
}

function reasonsOf({ line, reasons }: RejectedRecord, layout: FileLayout): string[] {
  return [...reasonCells(reasons, layout), String(line)];
}
