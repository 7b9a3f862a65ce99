// A table of our own as a file that spreadsheets open right: UTF-8 with BOM, and no cell that they would run as a formula.

import { stringify } from 'csv-stringify/sync';
import { neutraliseCell } from '../../domain/report/spreadsheet-cell';
import { writeAtomically } from './write-atomically';

const AT_ONCE = 500;

export async function writeTable(path: string, headers: readonly string[], rows: AsyncIterable<readonly string[]>): Promise<void> {
  await writeAtomically(path, async (file) => {
    await file.appendFile('\ufeff');
    let batch: (readonly string[])[] = [headers];
    const flush = () => file.appendFile(stringify(batch, { record_delimiter: '\r\n' }));
    for await (const row of rows) {
      batch.push(row.map(neutraliseCell));
      if (batch.length < AT_ONCE) continue;
      await flush();
      batch = [];
    }
    await flush();
  });
}
