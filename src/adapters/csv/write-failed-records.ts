// The failed-records file: what the client sent, and why it could not be imported, to be corrected and dropped back as it is.

import { stringify } from 'csv-stringify/sync';
import { clientCells, fitCells, isOurs } from '../../domain/record/client-cells';
import { REPORT_HEADERS } from '../../domain/record/fields';
import type { FileLayout } from '../../domain/import-run';
import { reasonCells } from '../../domain/reason/reason-cells';
import { guardCell, neutraliseCell, restoreCell } from '../../domain/report/spreadsheet-cell';
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
    let rows: string[][] = [[...kept.map((header) => neutraliseCell(restoredIn(layout)(header))), ...REPORT_HEADERS]];
    for await (const record of records) {
      rows.push([...cellsOf(record, layout, kept.length), ...reasonsOf(record, layout)]);
      if (rows.length < AT_ONCE) continue;
      await file.appendFile(stringify(rows, options));
      rows = [];
    }
    await file.appendFile(stringify(rows, options));
  });
}

/** A corrected file was guarded when it was sent out: once more must not add to it. */
function cellsOf({ cells }: RejectedRecord, layout: FileLayout, width: number): string[] {
  const own = clientCells(cells, layout.headers).map(restoredIn(layout));
  return fitCells(own, width, layout.delimiter).map(guardCell);
}

function restoredIn({ droppedBack }: FileLayout): (cell: string) => string {
  return droppedBack ? restoreCell : (cell) => cell;
}

/** Sentences name columns, and other users by their ids: both are the client's words. */
function reasonsOf({ line, reasons }: RejectedRecord, layout: FileLayout): string[] {
  return [...reasonCells(reasons, layout).map(neutraliseCell), String(line)];
}
