// Takes the text of a file block by block and keeps what an import needs to know of it: the header, where chunks begin and end, and
// which records repeat or contradict each other. Never the records themselves.

import { checkHeader } from '../../domain/file/check-header';
import { misreadHeader, otherTable } from '../../domain/file/misread-header';
import type { ClientSettings } from '../../domain/client';
import { createConflictFinder, recordIdentity } from '../../domain/file/conflict-finder';
import type { InSteps } from '../../domain/file/group-equals';
import type { FileLayout } from '../../domain/import-run';
import type { CheckedRecord, Column, FileMark, RawRow } from '../../domain/record/record';
import { detailsTest, KEYS, recordChecker } from '../../domain/record/record-checker';
import { withoutTextForm } from '../../domain/report/spreadsheet-cell';
import {
  type Refusal,
  refuseEmpty,
  refuseLongRecord,
  refuseNamelessColumn,
  refuseNoRecords,
  refuseOtherTable,
  refuseTooManyRecords,
  refuseUnclosedQuote,
} from '../../domain/reason/refusals';
import type { Chunk, Chunks } from '../../domain/file/inspection';
import type { Delimiter } from './sniff';
import { EndlessQuote, type QuoteEnd } from './endless-quote';
import { countLineEnds, parseRows, rowsInSteps, markSwallowed, rowsIn } from './parse-rows';
import { splitRecords, type Span } from './split-records';

const CHUNK_RECORDS = 5_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
const MOST_RECORD_BYTES = 1024 * 1024;
/** Lines among which a header is looked for that is not the first. */
const HEADER_SOUGHT = 20;
const LINE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x0d]);

interface AcceptedIndex {
  readonly records: number;
  readonly inactiveRecords: number;
  readonly endsInLineBreak: boolean;
  readonly ids: BigUint64Array;
  /** Lines, in order, whose unique ids are to be named. */
  readonly named: readonly number[];
  /** `ids` = the unique ids on those lines. */
  readonly chunks: (ids: ReadonlyMap<number, string>) => Chunks;
}

interface IndexSetup {
  readonly settings: ClientSettings;
  readonly today: string;
  readonly encoding: FileLayout['encoding'];
  readonly delimiter: Delimiter;
  /** The first line names the delimiter and is not the header. */
  readonly hasSepLine: boolean;
  /** Where the text begins in the file that chunks are read from: behind a BOM. */
  readonly offset: number;
}

export class RecordIndex {
  readonly #setup: IndexSetup;
  readonly #conflicts: ReturnType<typeof createConflictFinder>;
  readonly #chunks: { n: number; start: number; end: number; firstLine: number; records: number }[] = [];
  /** Begin of a record whose end has not been read yet. */
  #rest: Buffer = Buffer.alloc(0);
  /** A record that is too long, of which only the end is sought. */
  #endless: { readonly quote: EndlessQuote; refusalFor(end: QuoteEnd | undefined): Refusal | undefined } | undefined;
  #offset: number;
  #line = 1;
  #records = 0;
  #inactive = 0;
  #isBehindSepLine: boolean;
  /** Places of columns without a name that have held no value so far. */
  #nameless: readonly number[] = [];
  #last = { line: 0, endsInLineBreak: true };
  #layout: FileLayout | undefined;
  #columns: readonly Column[] = [];
  /** Of its keys alone: every record is checked whole when it is applied. */
  #keysOf: ((row: RawRow) => CheckedRecord) | undefined;
  #check: ((row: RawRow) => CheckedRecord) | undefined;
  #isOtherTable: ReturnType<typeof otherTable> | undefined;
  #fillsMore: ReturnType<typeof detailsTest> | undefined;

  constructor(setup: IndexSetup) {
    this.#setup = setup;
    this.#conflicts = createConflictFinder({ mindsZeros: setup.settings.leadingZeros === 'same' });
    this.#offset = setup.offset;
    this.#isBehindSepLine = !setup.hasSepLine;
  }

  /** Undefined = go on; else why the file is refused. */
  add(block: Buffer): Refusal | undefined {
    if (this.#endless !== undefined) {
      this.#line += countLineEnds(block);
      return this.#endless.refusalFor(this.#endless.quote.add(block));
    }
    return this.#take(this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]), false);
  }

  /** Of a file that was not refused. */
  get layout(): FileLayout {
    return this.#layout!;
  }

  get ranges(): readonly ChunkRange[] {
    return this.#chunks;
  }

  uniqueIdOf(row: RawRow): string {
    return this.#keysOf!(row).uniqueId;
  }

  /** The physical line behind all bytes taken so far. */
  get lineReached(): number {
    return this.#line + countLineEnds(this.#rest);
  }

  /** All bytes are taken. Undefined = go on; else why the file is refused. */
  end(): Refusal | undefined {
    return (
      this.#endless?.refusalFor(this.#endless.quote.finish()) ??
      this.#take(this.#rest, true) ??
      (this.#layout === undefined ? refuseEmpty() : this.#records === 0 ? refuseNoRecords() : undefined)
    );
  }

  /** Lines of records that may or may not be identical; `tell` wants their rows before `finish`. */
  doubtful(): InSteps<Iterable<number>> {
    return this.#conflicts.doubtful();
  }

  tell(row: RawRow): void {
    this.#conflicts.identify(row.line, recordIdentity(row, this.#columns, this.#check!(row)));
  }

  /** `lineBreakHabit` = a last record of a file with this delimiter that does not end in a line break was cut off. */
  *finish(lineBreakHabit: Delimiter | null): InSteps<AcceptedIndex> {
    const { line, endsInLineBreak } = this.#last;
    if (lineBreakHabit === this.#setup.delimiter && !endsInLineBreak) this.#conflicts.cutOff(line);
    const { ids, named, marks } = yield* this.#conflicts.finish();
    return {
      endsInLineBreak,
      records: this.#records,
      inactiveRecords: this.#inactive,
      ids,
      named,
      chunks: (idsByLine) => chunksOf(this.#chunks, marks(idsByLine)),
    };
  }

  #take(bytes: Buffer, isLast: boolean): Refusal | undefined {
    const { delimiter } = this.#setup;
    const split = splitRecords({ bytes, delimiter: delimiter.charCodeAt(0), line: this.#line, isLast });
    const refusal = this.#takeSpans(bytes, split.spans);
    if (refusal !== undefined) return refusal;

    const { openQuote } = split;
    if (openQuote !== null && (isLast || split.isHopeless)) return refuseUnclosedQuote(openQuote);
    // An incomplete record may end in half a line break, which does not count.
    if (bytes.length - split.consumed > MOST_RECORD_BYTES + 1) {
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
    const long = all.find((span) => span.end - span.start > MOST_RECORD_BYTES && lengthOf(bytes, span) > MOST_RECORD_BYTES);
    if (long !== undefined) return refuseLongRecord(long.line);
    let filled = all.filter(({ kind }) => kind !== 'blank');
    if (!this.#isBehindSepLine && filled.length > 0) {
      filled = filled.slice(1);
      this.#isBehindSepLine = true;
    }
    const { delimiter, settings } = this.#setup;
    if (this.#layout === undefined && filled.length > 0) {
      const refusal = this.#takeHeader(parseRows(bytes, filled.slice(0, HEADER_SOUGHT), delimiter));
      if (refusal !== undefined) return refusal;
      filled = filled.slice(1);
    }
    if (filled.length === 0) return undefined;
    const spans = markSwallowed(bytes, filled, delimiter, this.#columns.length);
    this.#records += rowsIn(bytes, spans);
    if (this.#records > settings.maxRecords) return refuseTooManyRecords(settings.maxRecords);
    let last = 0;
    for (const row of rowsInSteps(bytes, spans, delimiter)) {
      const record = this.#keysOf!(row);
      if (this.#isOtherTable!(row.cells, record.reasons[0]?.code === 'HEADER_REPEATED')) return refuseOtherTable(row.line);
      if (record.active === '0') this.#inactive++;
      if (this.#layout!.hasDetails !== true && record.reasons.length === 0 && this.#fillsMore!(row.cells)) {
        this.#layout = { ...this.#layout!, hasDetails: true };
      }
      this.#conflicts.add(record, row.cells.join('\u0000'));
      last = row.line;
      for (const at of this.#nameless) {
        if ((row.cells[at] ?? '').trim() === '') continue;
        if (settings.unknownColumns === 'refuse') return refuseNamelessColumn(at + 1, row.line);
        this.#ignore(at);
      }
    }
    for (const span of spans) this.#cut(span, span.kind === 'swallowed' ? rowsIn(bytes, [span]) : 1);
    this.#last = { line: last, endsInLineBreak: LINE_ENDS.has(bytes[spans.at(-1)!.end - 1]!) };
    return undefined;
  }

  /** `rows`: the header, and what stands below it, for the case that the header is not the first line. */
  #takeHeader(rows: readonly RawRow[]): Refusal | undefined {
    const { settings, today, encoding, delimiter, hasSepLine } = this.#setup;
    const [{ cells: sent }] = rows as readonly [RawRow];
    const cells = sent.map((cell) => (/^\s*="/.test(cell) ? withoutTextForm(cell.trim()) : cell));
    const header = checkHeader(cells, settings);
    if (header.kind === 'refused') return misreadHeader({ rows, delimiter, hasSepLine }, settings) ?? header.refusal;
    const { columns, ignoredHeaders, droppedBack, nameless } = header;
    this.#layout = { encoding, delimiter, headers: cells, ignoredHeaders, droppedBack };
    this.#columns = columns;
    this.#nameless = nameless;
    this.#isOtherTable = otherTable(columns, settings);
    this.#fillsMore = detailsTest(columns);
    const setup = { columns, settings, droppedBack, delimiter, today };
    this.#check = recordChecker(setup);
    this.#keysOf = recordChecker(setup, KEYS);
    return undefined;
  }

  /** A column without a name that holds values is skipped, as any unknown one, and named by its position. */
  #ignore(at: number): void {
    this.#nameless = this.#nameless.filter((other) => other !== at);
    const layout = this.#layout!;
    this.#layout = { ...layout, ignoredHeaders: [...layout.ignoredHeaders, `column ${at + 1}`] };
  }

  #cut({ start, end, line }: Span, records: number): void {
    const last = this.#chunks.at(-1);
    if (last === undefined || last.records + records > CHUNK_RECORDS || this.#offset + end - last.start > CHUNK_BYTES) {
      this.#chunks.push({ n: this.#chunks.length, start: this.#offset + start, end: this.#offset + end, firstLine: line, records });
    } else {
      last.end = this.#offset + end;
      last.records += records;
    }
  }
}

/** Without its line break. */
function lengthOf(bytes: Buffer, { start, end }: Span): number {
  let length = end - start;
  while (length > 0 && LINE_ENDS.has(bytes[start + length - 1]!)) length--;
  return length;
}

export type ChunkRange = Omit<Chunk, 'marks'>;

/** Each chunk is made as it is asked for: a file may have marks for millions of lines. */
function chunksOf(ranges: readonly ChunkRange[], marks: Iterable<FileMark>): Chunks {
  const isMarked = marks[Symbol.iterator]().next().done !== true;
  // Without its marks the file is not kept in mind any longer.
  if (!isMarked) return ranges.map((range) => ({ ...range, marks: [] }));
  return { length: ranges.length, [Symbol.iterator]: () => withMarks(ranges, marks) };
}

/** Marks come by line, chunks do, too: each mark goes to the chunk that holds its line. */
function* withMarks(ranges: readonly ChunkRange[], marks: Iterable<FileMark>): Generator<Chunk> {
  let n = 0;
  let own: FileMark[] = [];
  for (const mark of marks) {
    for (; n + 1 < ranges.length && ranges[n + 1]!.firstLine <= mark.line; n++) {
      yield { ...ranges[n]!, marks: own };
      own = [];
    }
    own.push(mark);
  }
  for (; n < ranges.length; n++) {
    yield { ...ranges[n]!, marks: own };
    own = [];
  }
}
