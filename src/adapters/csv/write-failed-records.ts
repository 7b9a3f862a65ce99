// The failed-records file: what the client sent, and why it could not be imported, to be corrected and dropped back as it is.

import { clientCells, fitCells, isOurs } from '../../domain/record/dropped-back';
import { REPORT_HEADERS } from '../../domain/record/fields';
import type { FileLayout } from '../../domain/import-run';
import { reasonCells } from '../../domain/reason/reason-cells';
import { guardCell, neutraliseCell, restoreCell } from '../../domain/report/spreadsheet-cell';
import type { RejectedRecord } from '../../domain/record/rejected-record';
import { writeRows } from './write-table';

export async function writeFailedRecords(path: string, layout: FileLayout, records: AsyncIterable<RejectedRecord>): Promise<void> {
  const kept = layout.headers.filter((header) => !isOurs(header));
  const headers = [...kept.map((header) => neutraliseCell(restoredIn(layout)(header))), ...REPORT_HEADERS];
  const rowOf = (record: RejectedRecord) => [...cellsOf(record, layout, kept.length), ...reasonsOf(record, layout)];
  // A line end of whatever kind, and not only our own, would end the record.
  await writeRows(path, headers, records, rowOf, { delimiter: layout.delimiter, quoted_match: /[\r\n]/ });
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
