// Physical lines under LF, CRLF and lone CR, mixed as they come.

import type { Span } from './split-records';

const LF = 0x0a;
const CR = 0x0d;

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
