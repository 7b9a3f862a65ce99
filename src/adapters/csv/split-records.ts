// Finds where records begin and end in UTF-8 bytes, by the rules of RFC 4180, with the physical line of each. csv-parse then reads the
// cells; this knows what it cannot tell: byte offsets to cut a file at, lines under mixed line ends, and where a stray quote did its harm.
//
// A quote in the wrong place spoils its own record only, as long as the harm stays on one line. A quoted value that runs over line ends
// and is then followed by text was never meant to: its opening quote lacks its closing one, and nothing behind it can be trusted.

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

export interface Span {
  /** Offsets into the bytes: first byte, and first byte behind the record's line end. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** blank: nothing but spaces, no record; misplaced: a quote stands where none may. */
  readonly kind: 'record' | 'blank' | 'misplaced';
}

export interface Split {
  readonly spans: readonly Span[];
  /** Bytes that the spans cover; behind it lies the beginning of a record that needs more bytes. */
  readonly consumed: number;
  /** Line of the first byte that is not covered. */
  readonly line: number;
  /** The line on which a quote opens that is never closed: in the record that is not covered, or so far. */
  readonly openQuote: number | null;
  /** The open quote was followed by text where it seemed to close: no further byte can mend it. */
  readonly isHopeless: boolean;
}

export interface SplitRequest {
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
  const length = bytes.length;
  let line = firstLine;
  let start = 0;

  while (start < length) {
    const record = scanRecord(bytes, start, delimiter, line);
    if (record.end === null) {
      const { openQuote, isHopeless } = record;
      if (!isLast || openQuote !== null) return { spans, consumed: start, line, openQuote, isHopeless };
      spans.push({ start, end: length, line, kind: record.kind });
      return { spans, consumed: length, line, openQuote: null, isHopeless: false };
    }
    // A CR at the very end may be half of a CRLF.
    if (record.end === length && bytes[length - 1] === CR && !isLast)
      return { spans, consumed: start, line, openQuote: null, isHopeless: false };
    spans.push({ start, end: record.end, line, kind: record.kind });
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

function scanRecord(bytes: Uint8Array, start: number, delimiter: number, firstLine: number): Scanned {
  const length = bytes.length;
  let at = start;
  let isBlank = true;
  let isMisplaced = false;
  let isFieldStart = true;
  let lines = 0;
  while (at < length) {
    const byte = bytes[at]!;
    if (byte === LF || byte === CR) {
      const end = byte === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
      return { end, lines: lines + 1, kind: kindOf(isBlank, isMisplaced), openQuote: null, isHopeless: false };
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
      const next = bytes[at];
      if (next !== undefined && next !== delimiter && next !== LF && next !== CR) {
        if (lines > opened) return { end: null, lines, kind: 'record', openQuote: firstLine + opened, isHopeless: true };
        isMisplaced = true;
      }
      isBlank = false;
      isFieldStart = false;
      continue;
    }
    if (byte === QUOTE) isMisplaced = true;
    if (byte !== SPACE) isBlank = false;
    isFieldStart = byte === delimiter;
    at++;
  }
  return { end: null, lines, kind: kindOf(isBlank, isMisplaced), openQuote: null, isHopeless: false };
}

function kindOf(isBlank: boolean, isMisplaced: boolean): Span['kind'] {
  return isBlank ? 'blank' : isMisplaced ? 'misplaced' : 'record';
}
