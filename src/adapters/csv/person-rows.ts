// The rows of a CSV file that are about one person: counted in a client's file, removed from one of our own. Read one record at a time, and
// as leniently as possible: a file that was refused may contain people, too.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { restoreCell } from '../../domain/report/spreadsheet-cell';
import { byteOrderMark } from './sniff';
import { writeAtomically } from '../write-atomically';

const ID_HEADERS = ['unique_id', 'username'];
const BOM = '\u{feff}';
/** A longer record is one that a stray quotation mark has run together with others. */
const LONGEST_RECORD = 1024 * 1024;

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

/** A file whose quotation marks make no sense is read line by line, without them. */
export async function countPersonRows(file: PersonFile, uniqueId: string): Promise<number> {
  try {
    return await count(rowsOf(file, uniqueId));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return count(rowsOf(file, uniqueId, false));
  }
}

async function count(rows: AsyncIterable<{ readonly isTheirs: boolean }>): Promise<number> {
  let found = 0;
  for await (const { isTheirs } of rows) if (isTheirs) found++;
  return found;
}

/** Of a file of our own, UTF-8 with a BOM. How many rows were taken out; the others stay byte by byte. Safe to repeat. */
export async function dropPersonRows({ path, delimiter }: Omit<PersonFile, 'encoding'>, uniqueId: string): Promise<number> {
  const file: PersonFile = { path, encoding: 'utf-8', delimiter };
  const found = await count(rowsOf(file, uniqueId));
  if (found === 0) return 0;
  // The parser leaves half of a line break in the raw text; ours are all the same.
  await writeAtomically(path, async (out) => {
    await out.write(BOM);
    for await (const { raw, isTheirs } of rowsOf(file, uniqueId)) if (!isTheirs) await out.write(`${raw.replace(/[\r\n]+$/, '')}\r\n`);
  });
  return found;
}

async function* rowsOf(
  { path, encoding, delimiter }: PersonFile,
  uniqueId: string,
  isQuoted = true,
): AsyncGenerator<{ readonly raw: string; readonly isTheirs: boolean }> {
  const lenient = { relax_quotes: true, relax_column_count: true, skip_empty_lines: false };
  const quote = isQuoted ? { max_record_size: LONGEST_RECORD } : { quote: false as const };
  const text = Readable.from(textOf(path, encoding));
  const rows = text.pipe(parse({ delimiter, raw: true, ...lenient, ...quote }));
  let column: number | undefined;
  for await (const { raw, record } of rows as AsyncIterable<Row>) {
    const isHeader = column === undefined;
    const cells = isQuoted ? record : record.map((cell) => cell.replace(/^\s*"|"\s*$/g, ''));
    column ??= cells.findIndex((header) => ID_HEADERS.includes(header.trim().toLowerCase()));
    yield { raw, isTheirs: !isHeader && isId(cells[column] ?? '', uniqueId) };
  }
}

async function* textOf(path: string, encoding: PersonFile['encoding']): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    // A mark knows better than the client's settings, which are all that is known of a file that nobody has imported yet.
    decoder ??= new TextDecoder(byteOrderMark(bytes)?.[0] ?? encoding);
    yield decoder.decode(bytes, { stream: true });
  }
  if (decoder !== undefined) yield decoder.decode();
}

/** As the import reads it: trimmed, in NFC, Excel's `="00123"` as its text, and neutralised cells restored. */
function isId(cell: string, uniqueId: string): boolean {
  const [, excel] = /^\s*'?="(.*)"\s*$/s.exec(cell) ?? [];
  return [cell, restoreCell(cell), excel ?? cell].some((text) => text.trim().normalize('NFC') === uniqueId);
}
