// The physical lines of a record whose quotes cannot be believed.

import type { Span } from './split-records';

const LF = 0x0a;
const CR = 0x0d;

/** Each physical line of a span that holds anything. */
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
