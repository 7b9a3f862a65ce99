// Raw rows out of bytes whose records are known: runs of whole records at once. csv-parse reads those whose quotes make no sense.

import { CsvError, parse } from 'csv-parse/sync';
import type { RawRow } from '../../domain/record/record';
import { ImportsError } from '../../errors';
import type { Delimiter } from './sniff';
import { splitCells } from './split-cells';
import type { Span } from './split-records';

const ROWS_AT_ONCE = 100;
const RECORD_DELIMITERS = ['\r\n', '\n', '\r'];
const LF = 0x0a;
const CR = 0x0d;

export function parseRows(bytes: Buffer, spans: readonly Span[], delimiter: Delimiter): RawRow[] {
  const rows: RawRow[] = [];
  let run: Span[] = [];
  const endRun = () => {
    // Not by spreading: a block may hold more records than a call may have arguments.
    if (run.length > 0) for (const row of parseRun(bytes, run, delimiter)) rows.push(row);
    run = [];
  };
  for (const span of spans) {
    // A run has no gap: csv-parse would take the blank line in it for a record.
    if (span.kind !== 'record' || run.at(-1)?.end !== span.start) endRun();
    if (span.kind === 'record') run.push(span);
    else if (span.kind === 'misplaced') rows.push(parseMisplaced(bytes, span, delimiter));
    else if (span.kind === 'swallowed') for (const row of parseSwallowed(bytes, span, delimiter)) rows.push(row);
  }
  endRun();
  return rows;
}

/** A few at a time, for those who look at one after the other: rows that wait for long are moved by the garbage collector. */
export function* rowsInSteps(...[bytes, spans, delimiter]: Parameters<typeof parseRows>): Generator<RawRow> {
  for (let from = 0; from < spans.length; from += ROWS_AT_ONCE) yield* parseRows(bytes, spans.slice(from, from + ROWS_AT_ONCE), delimiter);
}

function parseRun(bytes: Buffer, run: readonly Span[], delimiter: Delimiter): RawRow[] {
  const records = splitCells(bytes.toString('utf8', run[0]!.start, run.at(-1)!.end), run.length, delimiter);
  if (records === undefined)
    throw new ImportsError('INVARIANT', `${run.length} records from line ${run[0]!.line} on were read as another number of them.`);
  return records.map((cells, at) => ({ line: run[at]!.line, cells }));
}

function parseMisplaced(bytes: Buffer, { start, end, line }: Span, delimiter: Delimiter): RawRow {
  const text = bytes.toString('utf8', start, end).replace(/(?:\r\n|\n|\r)$/, '');
  return { line, cells: guessCells(text, delimiter), problem: 'QUOTE_MISPLACED' };
}

function parseSwallowed(bytes: Buffer, span: Span, delimiter: Delimiter): readonly RawRow[] {
  const swallowed = { from: span.line, to: span.line + span.lines - 1 };
  return linesOf(bytes, span).map(({ line, text }) => ({ line, cells: guessCells(text, delimiter), swallowed }));
}

/** Cells as good as they can be told, for people to correct: quoted ones are read, what stands around a stray quote is literal text. */
function guessCells(text: string, delimiter: Delimiter): readonly string[] {
  const options = { delimiter, record_delimiter: RECORD_DELIMITERS, relax_column_count: true };
  try {
    return parse(text, { ...options, relax_quotes: true })[0] ?? [text];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Yet another quote opens and has no end here: the lines of a value with line breaks are told apart, and none may be lost.
    return parse(text, { ...options, quote: false }).flat();
  }
}

/** Physical lines end with LF, CRLF or a lone CR, mixed as they come. */
export function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === CR || (byte === LF && bytes[at - 1] !== CR)) count++;
  }
  return count;
}

/** Each line of a span that holds anything: the lines of a record whose quotes cannot be believed. */
export function linesOf(bytes: Buffer, { start, end, line }: Span): readonly { readonly line: number; readonly text: string }[] {
  const lines: { line: number; text: string }[] = [];
  for (let at = start, n = line; at < end; n++) {
    let stop = at;
    while (stop < end && bytes[stop] !== LF && bytes[stop] !== CR) stop++;
    const text = bytes.toString('utf8', at, stop);
    if (text.trim() !== '') lines.push({ line: n, text });
    at = bytes[stop] === CR && bytes[stop + 1] === LF ? stop + 2 : stop + 1;
  }
  return lines;
}

/**
 * The same spans, with those marked that have swallowed rows: a quoted value that holds a whole line with as many cells as the header (`width`),
 * or begins and ends in the middle of such lines, was never closed. Each line then becomes a row of its own, so that none is lost.
 */
export function markSwallowed(bytes: Buffer, spans: readonly Span[], delimiter: Delimiter, width: number): readonly Span[] {
  if (spans.every(({ lines }) => lines === 1)) return spans;
  return spans.map((span) => (span.lines > 1 && hasSwallowed(bytes, span, delimiter, width) ? { ...span, kind: 'swallowed' } : span));
}

/** How many rows the spans are read as. */
export function rowsIn(bytes: Buffer, spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + (span.kind === 'swallowed' ? linesOf(bytes, span).length : 1), 0);
}

function hasSwallowed(bytes: Buffer, span: Span, delimiter: Delimiter, width: number): boolean {
  const { cells } = parseRows(bytes, [span], delimiter)[0]!;
  const values = cells.map((cell) => cell.split(/\r\n?|\n/).map((line) => line.split(delimiter)));
  // A delimiter too many at the end of every line is a fault of its own.
  const isRow = (parts: readonly string[]) => parts.length >= width && !isBlank(parts) && isBlank(parts.slice(width));
  // The first line of a value is only the end of a line of the file, and the last one only the beginning.
  if (values.some(([, ...whole]) => whole.some(isRow))) return true;
  const first = values.findIndex((lines) => lines.length > 1);
  const last = values.findLastIndex((lines) => lines.length > 1);
  if (first === -1) return false;
  const [end, beginning] = [values[first]![0]!, values[last]!.at(-1)!];
  // In an address each comma has a space behind it.
  const isProse = cells.length === width && [end, beginning].every(([, ...behind]) => behind.every((part) => part.startsWith(' ')));
  return !isProse && isRow([...cells.slice(0, first), ...end]) && isRow([...beginning, ...cells.slice(last + 1)]);
}

function isBlank(parts: readonly string[]): boolean {
  return parts.every((part) => part.trim() === '');
}
