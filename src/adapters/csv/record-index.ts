// Takes the text of a file block by block and keeps what an import needs to know of it: the header, where chunks begin and end, and
// which records repeat or contradict each other. Never the records themselves.

import { checkHeader } from '../../domain/file/check-header';
import type { ClientSettings } from '../../domain/client';
import { createConflictFinder } from '../../domain/file/conflict-finder';
import type { FileLayout } from '../../domain/import-run';
import type { Column, FileMark, RawRow } from '../../domain/record/record';
import { recordChecker } from '../../domain/record/record-checker';
import { recordIdentity } from '../../domain/record/record-identity';
import type { Refusal } from '../../domain/reason/reasons';
import { refuseEmpty, refuseLongRecord, refuseNoRecords, refuseTooManyRecords, refuseUnclosedQuote } from '../../domain/reason/refusals';
import type { Chunk, Chunks } from '../../ports';
import type { Delimiter } from './delimiter';
import { EndlessQuote, type QuoteEnd } from './endless-quote';
import { countLineEnds } from './line-ends';
import { parseRows } from './parse-rows';
import { splitRecords, type Span } from './split-records';

const CHUNK_RECORDS = 5_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
const MOST_RECORD_BYTES = 1024 * 1024;

type Indexed =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'accepted';
      readonly layout: FileLayout;
      readonly records: number;
      readonly inactiveRecords: number;
      readonly chunks: Chunks;
      readonly ids: BigUint64Array;
    };

export interface IndexSetup {
  readonly settings: ClientSettings;
  readonly today: string;
  readonly encoding: FileLayout['encoding'];
  readonly delimiter: Delimiter;
  /** Where the text begins in the file that chunks are read from: behind a BOM. */
  readonly offset: number;
}

export class RecordIndex {
  readonly #setup: IndexSetup;
  readonly #conflicts = createConflictFinder();
  readonly #chunks: { start: number; end: number; firstLine: number; records: number }[] = [];
  /** Begin of a record whose end has not been read yet. */
  #rest: Buffer = Buffer.alloc(0);
  /** A record that is too long, of which only the end is sought. */
  #endless: { readonly quote: EndlessQuote; refusalFor(end: QuoteEnd | undefined): Refusal | undefined } | undefined;
  #offset: number;
  #line = 1;
  #records = 0;
  #inactive = 0;
  #layout: FileLayout | undefined;
  #columns: readonly Column[] = [];
  #check: ((row: RawRow) => ReturnType<ReturnType<typeof recordChecker>>) | undefined;

  constructor(setup: IndexSetup) {
    this.#setup = setup;
    this.#offset = setup.offset;
  }

  /** Undefined = go on; else why the file is refused. */
  add(block: Buffer): Refusal | undefined {
    if (this.#endless !== undefined) {
      this.#line += countLineEnds(block);
      return this.#endless.refusalFor(this.#endless.quote.add(block));
    }
    return this.#take(this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]), false);
  }

  /** The physical line behind all bytes taken so far. */
  get lineReached(): number {
    return this.#line + countLineEnds(this.#rest);
  }

  finish(): Indexed {
    const refusal =
      this.#endless?.refusalFor(this.#endless.quote.finish()) ??
      this.#take(this.#rest, true) ??
      (this.#layout === undefined ? refuseEmpty() : this.#records === 0 ? refuseNoRecords() : undefined);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    const { ids, marks } = this.#conflicts.finish();
    return {
      kind: 'accepted',
      layout: this.#layout!,
      records: this.#records,
      inactiveRecords: this.#inactive,
      chunks: chunksOf(this.#chunks, marks),
      ids,
    };
  }

  #take(bytes: Buffer, isLast: boolean): Refusal | undefined {
    const { delimiter } = this.#setup;
    const split = splitRecords({ bytes, delimiter: delimiter.charCodeAt(0), line: this.#line, isLast });
    const refusal = this.#takeSpans(bytes, split.spans);
    if (refusal !== undefined) return refusal;

    const { openQuote } = split;
    if (openQuote !== null && (isLast || split.isHopeless)) return refuseUnclosedQuote(openQuote);
    if (bytes.length - split.consumed > MOST_RECORD_BYTES) {
      if (openQuote === null) return refuseLongRecord(split.line);
      return this.#seekEnd(bytes.subarray(split.consumed), split.line, openQuote);
    }
    this.#rest = bytes.subarray(split.consumed);
    this.#offset += split.consumed;
    this.#line = split.line;
    return undefined;
  }

  /** Refused it is; why, its end will tell. */
  #seekEnd(record: Buffer, recordLine: number, quoteLine: number): undefined {
    const refusals = { closed: refuseLongRecord(recordLine), unclosed: refuseUnclosedQuote(quoteLine) };
    this.#endless = {
      quote: new EndlessQuote(this.#setup.delimiter.charCodeAt(0)),
      refusalFor: (end) => (end === undefined ? undefined : refusals[end]),
    };
    this.#line = recordLine + countLineEnds(record);
    this.#rest = Buffer.alloc(0);
  }

  #takeSpans(bytes: Buffer, all: readonly Span[]): Refusal | undefined {
    const long = all.find(({ start, end }) => end - start > MOST_RECORD_BYTES);
    if (long !== undefined) return refuseLongRecord(long.line);
    let spans = all.filter(({ kind }) => kind !== 'blank');
    if (this.#layout === undefined && spans.length > 0) {
      const refusal = this.#takeHeader(parseRows(bytes, spans.slice(0, 1), this.#setup.delimiter)[0]!);
      if (refusal !== undefined) return refusal;
      spans = spans.slice(1);
    }
    if (spans.length === 0) return undefined;
    this.#records += spans.length;
    if (this.#records > this.#setup.settings.maxRecords) return refuseTooManyRecords(this.#setup.settings.maxRecords);
    for (const row of parseRows(bytes, spans, this.#setup.delimiter)) {
      const record = this.#check!(row);
      if (record.active === '0') this.#inactive++;
      this.#conflicts.add(record, recordIdentity(row, this.#columns));
    }
    for (const span of spans) this.#cut(span);
    return undefined;
  }

  #takeHeader({ cells }: RawRow): Refusal | undefined {
    const { settings, today, encoding, delimiter } = this.#setup;
    const header = checkHeader(cells, settings);
    if (header.kind === 'refused') return header.refusal;
    const { columns, ignoredHeaders, droppedBack } = header;
    this.#layout = { encoding, delimiter, headers: cells, ignoredHeaders, droppedBack };
    this.#columns = columns;
    this.#check = recordChecker({ columns, settings, droppedBack, today });
    return undefined;
  }

  #cut({ start, end, line }: Span): void {
    const last = this.#chunks.at(-1);
    if (last === undefined || last.records === CHUNK_RECORDS || this.#offset + end - last.start > CHUNK_BYTES) {
      this.#chunks.push({ start: this.#offset + start, end: this.#offset + end, firstLine: line, records: 1 });
    } else {
      last.end = this.#offset + end;
      last.records++;
    }
  }
}

type Range = Omit<Chunk, 'n' | 'marks'>;

/** Each chunk is made as it is asked for: a file may have marks for millions of lines. */
function chunksOf(ranges: readonly Range[], marks: Iterable<FileMark>): Chunks {
  const isMarked = marks[Symbol.iterator]().next().done !== true;
  // Without its marks the file is not kept in mind any longer.
  if (!isMarked) return ranges.map((range, n) => ({ ...range, n, marks: [] }));
  return { length: ranges.length, [Symbol.iterator]: () => withMarks(ranges, marks) };
}

/** Marks come by line, chunks do, too: each mark goes to the chunk that holds its line. */
function* withMarks(ranges: readonly Range[], marks: Iterable<FileMark>): Generator<Chunk> {
  let n = 0;
  let own: FileMark[] = [];
  for (const mark of marks) {
    for (; n + 1 < ranges.length && ranges[n + 1]!.firstLine <= mark.line; n++) {
      yield { ...ranges[n]!, n, marks: own };
      own = [];
    }
    own.push(mark);
  }
  for (; n < ranges.length; n++) {
    yield { ...ranges[n]!, n, marks: own };
    own = [];
  }
}
