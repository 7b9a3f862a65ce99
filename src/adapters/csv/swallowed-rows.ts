// A quoted value may hold line breaks. One that holds a whole line with as many cells as the header line has is no value: its quote lacks
// its end, and it has swallowed records. Each of its lines is a row of its own then, for people to see what became of whom.

import type { Delimiter } from './delimiter';
import { parseRows } from './parse-rows';
import { linesOf } from './span-lines';
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
  const [row] = parseRows(bytes, [span], delimiter);
  return row!.cells.some((cell) => {
    // The first line of a value is only the end of a line of the file.
    const [, ...whole] = cell.split(/\r\n?|\n/);
    return whole.some((line) => line.split(delimiter).length === width && line.replaceAll(delimiter, '').trim() !== '');
  });
}
