// The rows of a CSV file that speak of one person: counted in a file of a client's, taken out of one of ours. Read one record at a time,
// and as leniently as can be: a file that was refused may speak of people, too.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { restoreCell } from '../../domain/report/spreadsheet-cell';
import { writeAtomically } from './write-atomically';

const ID_HEADERS = ['unique_id', 'username'];
const BOM = '\u{feff}';

/** How a file is to be read. */
export interface PersonFile {
  readonly path: string;
  readonly encoding: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';
  readonly delimiter: string;
}

interface Row {
  readonly raw: string;
  readonly record: readonly string[];
}

export async function countPersonRows(file: PersonFile, uniqueId: string): Promise<number> {
  let count = 0;
  for await (const { isTheirs } of rowsOf(file, uniqueId)) if (isTheirs) count++;
  return count;
}

/** Of a file of our own, UTF-8 with a BOM. How many rows were taken out; the others stay byte by byte. Safe to repeat. */
export async function dropPersonRows({ path, delimiter }: Omit<PersonFile, 'encoding'>, uniqueId: string): Promise<number> {
  const file: PersonFile = { path, encoding: 'utf-8', delimiter };
  const count = await countPersonRows(file, uniqueId);
  if (count === 0) return 0;
  // The parser leaves half of a line break in the raw text; ours are all the same.
  await writeAtomically(path, async (out) => {
    await out.write(BOM);
    for await (const { raw, isTheirs } of rowsOf(file, uniqueId)) if (!isTheirs) await out.write(`${raw.replace(/[\r\n]+$/, '')}\r\n`);
  });
  return count;
}

async function* rowsOf(
  { path, encoding, delimiter }: PersonFile,
  uniqueId: string,
): AsyncGenerator<{ readonly raw: string; readonly isTheirs: boolean }> {
  const rows = Readable.from(textOf(path, encoding)).pipe(
    parse({ delimiter, raw: true, relax_quotes: true, relax_column_count: true, skip_empty_lines: false }),
  );
  let column: number | undefined;
  for await (const { raw, record } of rows as AsyncIterable<Row>) {
    const isHeader = column === undefined;
    column ??= record.findIndex((header) => ID_HEADERS.includes(header.trim().toLowerCase()));
    yield { raw, isTheirs: !isHeader && isId(record[column] ?? '', uniqueId) };
  }
}

async function* textOf(path: string, encoding: PersonFile['encoding']): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

/** As the import reads it: trimmed, in NFC, Excel's `="00123"` as its text, and neutralised cells restored. */
function isId(cell: string, uniqueId: string): boolean {
  const [, excel] = /^\s*'?="(.*)"\s*$/s.exec(cell) ?? [];
  return [cell, restoreCell(cell), excel ?? cell].some((text) => text.trim().normalize('NFC') === uniqueId);
}
