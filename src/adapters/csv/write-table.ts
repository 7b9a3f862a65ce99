// Tables, and the failed-records file, as files that spreadsheets open right: UTF-8 with BOM, in steps, so that memory does not grow with the
// table.

import { stringify, type Options } from 'csv-stringify/sync';
import { neutraliseCell, guardCell, restoreCell } from '../../domain/report/spreadsheet-cell';
import { writeAtomically } from '../write-atomically';
import { clientCells, fitCells, isOurs } from '../../domain/record/dropped-back';
import { REPORT_HEADERS } from '../../domain/record/fields';
import type { FileLayout } from '../../domain/import-run';
import { reasonCells } from '../../domain/reason/summarise-reasons';
import type { RejectedRecord } from '../../domain/record/record';

const BOM = '\ufeff';
const AT_ONCE = 500;

type Row = readonly string[];

/** A table of our own: no cell that a spreadsheet would run as a formula. */
export async function writeTable(path: string, headers: Row, rows: AsyncIterable<Row>): Promise<void> {
  await writeRows(path, headers, rows, (row) => row.map(neutraliseCell));
}

/** Items as rows below the headers. */
async function writeRows<T>(
  path: string,
  headers: Row,
  items: AsyncIterable<T>,
  rowOf: (item: T) => Row,
  options: Options = {},
): Promise<void> {
  await writeAtomically(path, async (file) => {
    await file.appendFile(BOM);
    let rows = [headers];
    const flush = () => file.appendFile(stringify(rows, { record_delimiter: '\r\n', ...options }));
    for await (const item of items) {
      rows.push(rowOf(item));
      if (rows.length < AT_ONCE) continue;
      await flush();
      rows = [];
    }
    await flush();
  });
}

/** What the client sent, and why it could not be imported, to be corrected and dropped back as it is. */
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
