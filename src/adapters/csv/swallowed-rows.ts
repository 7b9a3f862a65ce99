// A quoted value may hold line breaks. One that holds a whole line with as many cells as the header line is not a value: its quote
// was never closed, and it has swallowed records. Neither is one that begins and ends in the middle of such lines. Each line then becomes
// a row of its own, so that none is lost.

import type { Delimiter } from './delimiter';
import { parseRows, linesOf } from './parse-rows';
import type { Span } from './split-records';

/** The same spans, with those that have swallowed rows marked. `width` = cells of the header line. */
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
