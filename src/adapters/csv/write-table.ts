// Tables as files that spreadsheets open right: UTF-8 with BOM, in steps, so that memory does not grow with the table.

import { stringify, type Options } from 'csv-stringify/sync';
import { neutraliseCell } from '../../domain/report/spreadsheet-cell';
import { writeAtomically } from './write-atomically';

const BOM = '\ufeff';
const AT_ONCE = 500;

export type Row = readonly string[];

/** A table of our own: no cell that a spreadsheet would run as a formula. */
export async function writeTable(path: string, headers: Row, rows: AsyncIterable<Row>): Promise<void> {
  await writeRows(path, headers, rows, (row) => row.map(neutraliseCell));
}

/** Items as rows below the headers. */
export async function writeRows<T>(
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
