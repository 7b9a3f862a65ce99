// Finds where records begin and end in UTF-8 bytes, by the rules of RFC 4180, with the physical line of each. csv-parse then reads the
// cells; this knows what it cannot tell: byte offsets to cut a file at, lines under mixed line ends, and where a stray quote did its harm.
//
// A quote in the wrong place spoils its own record only, as long as the harm stays on one line. A quoted value that runs over line ends
// and is then followed by text was never meant to: its opening quote was never closed, and nothing after it can be trusted.

import { splitCells } from './split-cells';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const CTRL_Z = 0x1a;

export interface Span {
  /** Offsets into the bytes: first byte, and first byte behind the record's line end. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Physical lines that it covers. */
  readonly lines: number;
  /** blank: only delimiters and spaces; misplaced: a quote where none may be; swallowed: a quoted value ran over whole records. */
  readonly kind: 'record' | 'blank' | 'misplaced' | 'swallowed';
}

export interface Split {
  readonly spans: readonly Span[];
  /** Bytes that the spans cover; after them begins a record that needs more bytes. */
  readonly consumed: number;
  /** Line of the first byte that is not covered. */
  readonly line: number;
  /** The line on which a quote opens that is never closed: in the record that is not covered, or so far. */
  readonly openQuote: number | null;
  /** The open quote was followed by text where it seemed to close: no further byte can repair it. */
  readonly isHopeless: boolean;
}

interface SplitRequest {
  readonly bytes: Uint8Array;
  /** Byte of the delimiter. */
  readonly delimiter: number;
  /** Physical line of the first byte. */
  readonly line: number;
  /** These are the last bytes of the file: what they leave open stays open. */
  readonly isLast: boolean;
}

export function splitRecords({ bytes, delimiter, line: firstLine, isLast }: SplitRequest): Split {
  const spans: Span[] = [];
  // Older programs end a text file with Ctrl-Z.
  const length = isLast ? lengthWithoutCtrlZ(bytes) : bytes.length;
  let line = firstLine;
  let start = 0;

  while (start < length) {
    const record = scanRecord(bytes, start, length, delimiter, line);
    if (record.end === null) {
      const { openQuote, isHopeless } = record;
      if (!isLast || openQuote !== null) return { spans, consumed: start, line, openQuote, isHopeless };
      spans.push({ start, end: length, line, lines: record.lines + 1, kind: record.kind });
      return { spans, consumed: length, line, openQuote: null, isHopeless: false };
    }
    // A CR at the very end may be half of a CRLF.
    if (record.end === length && bytes[length - 1] === CR && !isLast)
      return { spans, consumed: start, line, openQuote: null, isHopeless: false };
    spans.push({ start, end: record.end, line, lines: record.lines, kind: record.kind });
    start = record.end;
    line += record.lines;
  }
  return { spans, consumed: start, line, openQuote: null, isHopeless: false };
}

interface Scanned {
  /** null = the bytes end before the record does. */
  readonly end: number | null;
  readonly lines: number;
  readonly kind: Span['kind'];
  readonly openQuote: number | null;
  readonly isHopeless: boolean;
}

function lengthWithoutCtrlZ(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === CTRL_Z) length--;
  return length;
}

function scanRecord(bytes: Uint8Array, start: number, length: number, delimiter: number, firstLine: number): Scanned {
  let at = start;
  let hasText = false;
  let isMisplaced = false;
  let isFieldStart = true;
  let lines = 0;
  while (at < length) {
    const byte = bytes[at]!;
    if (byte === LF || byte === CR) {
      const end = byte === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
      const kind = !hasText && isBlank(bytes, { start, end: at, delimiter, isMisplaced }) ? 'blank' : kindOf(isMisplaced);
      return { end, lines: lines + 1, kind, openQuote: null, isHopeless: false };
    }
    if (byte === QUOTE && isFieldStart && !isMisplaced) {
      const opened = lines;
      let isClosed = false;
      at++;
      while (at < length) {
        const inner = bytes[at]!;
        if (inner === QUOTE) {
          if (bytes[at + 1] !== QUOTE) {
            isClosed = true;
            break;
          }
          at++;
        } else if (inner === LF || (inner === CR && bytes[at + 1] !== LF)) lines++;
        at++;
      }
      if (!isClosed) return { end: null, lines, kind: 'record', openQuote: firstLine + opened, isHopeless: false };
      at++;
      const next = at < length ? bytes[at] : undefined;
      if (next !== undefined && next !== delimiter && next !== LF && next !== CR) {
        if (lines > opened) return { end: null, lines, kind: 'record', openQuote: firstLine + opened, isHopeless: true };
        isMisplaced = true;
      }
      isFieldStart = false;
      continue;
    }
    if (byte === EQUALS && isFieldStart && bytes[at + 1] === QUOTE) {
      const end = endOfTextForm(bytes, at, length, delimiter);
      hasText = true;
      isFieldStart = false;
      isMisplaced ||= end === at;
      at = end === at ? at + 2 : end;
      continue;
    }
    if (byte === QUOTE) isMisplaced = true;
    // Not the blanks beyond ASCII: what has no other text is looked at more closely.
    if (byte > SPACE && byte < 0x80 && byte !== delimiter) hasText = true;
    isFieldStart = byte === delimiter;
    at++;
  }
  const kind = !hasText && isBlank(bytes, { start, end: length, delimiter, isMisplaced }) ? 'blank' : kindOf(isMisplaced);
  return { end: null, lines, kind, openQuote: null, isHopeless: false };
}

function kindOf(isMisplaced: boolean): Span['kind'] {
  return isMisplaced ? 'misplaced' : 'record';
}

/** Excel's `="00123"` as a whole cell: the first byte after it; `start` if there is none. */
function endOfTextForm(bytes: Uint8Array, start: number, length: number, delimiter: number): number {
  for (let at = start + 2; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === delimiter || byte === LF || byte === CR) return start;
    if (byte !== QUOTE) continue;
    const next = at + 1 < length ? bytes[at + 1] : undefined;
    return next === undefined || next === delimiter || next === LF || next === CR ? at + 1 : start;
  }
  return start;
}

/** Only delimiters, spaces of any kind, empty quotes and Ctrl-Z. */
function isBlank(
  bytes: Uint8Array,
  {
    start,
    end,
    delimiter,
    isMisplaced,
  }: { readonly start: number; readonly end: number; readonly delimiter: number; readonly isMisplaced: boolean },
): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === SPACE || byte === delimiter || byte === CTRL_Z || (byte >= 0x09 && byte <= CR)) continue;
    const isQuotedText = byte === QUOTE && bytes[at + 1]! > SPACE && bytes[at + 1]! < 0x80 && bytes[at + 1] !== QUOTE;
    if (isQuotedText || (byte !== QUOTE && byte < 0x80)) return false;
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end));
    const separator = String.fromCharCode(delimiter);
    // What stands around a stray quote is text.
    const cells = isMisplaced ? text.replaceAll('"', '').split(separator) : splitCells(text, 1, separator)?.[0];
    return cells?.every((cell) => cell.replaceAll('\u001a', '').trim() === '') === true;
  }
  return true;
}
