// Checks raw rows against the field table: every reason that needs no database, in the order of the columns. Everything that can be
// decided once per file is decided when the checker is made; what is left runs for every cell of up to 5,000,000 records.

import { clientCells, fitCells, isAsSent, withMark } from './dropped-back';
import { cellReader, type Trouble } from './cell-reader';
import type { ClientSettings } from '../client';
import { isHeaderLine } from '../file/header-names';
import { headerWords } from '../file/suggest-header';
import { bare } from '../file/suggest-name';
import type { FieldName } from './fields';
import { fieldsOf, profileOf } from '../client/profiles';
import type { FileLayout } from '../import-run';
import { missingCode, reason, REASONS, type Reason } from '../reason/reasons';
import type { CheckedRecord, Column, RawRow } from './record';
import { restoreCell } from '../report/spreadsheet-cell';
import type { FieldValue, StoredFieldName } from '../user';
import { explainQuote, explainShape, explainSwallowed } from './unreadable';

interface CheckerSetup {
  /** As `checkHeader` found them. */
  readonly columns: readonly Column[];
  readonly settings: ClientSettings;
  readonly droppedBack: boolean;
  readonly delimiter: FileLayout['delimiter'];
  readonly hasDetails?: boolean;
  /** Today in UTC, as `YYYY-MM-DD`: no date of birth may be later. */
  readonly today: string;
}

interface PreparedColumn {
  readonly at: number;
  readonly field: FieldName;
  readonly header: string;
  readonly read: (cell: string) => FieldValue | Trouble | undefined;
  /** What a blank cell is rejected with, if it is. */
  readonly blank: Reason | undefined;
  /** Another column of the file stands for the same field. */
  readonly shared: boolean;
}

const NO_REASONS: readonly Reason[] = [];
/** No word for a column has more than one digit; most ids have. */
const MAY_BE_NAME = /^\D{0,40}\d?\D{0,40}$/;
/** What tells one user of a file from another, and whether the record archives. */
export const KEYS: ReadonlySet<FieldName> = new Set(['uniqueId', 'email', 'userName', 'active']);

/** `only`: other cells are not read. What is said of a record as a whole is the same. */
export function recordChecker(setup: CheckerSetup, only?: ReadonlySet<FieldName>): (row: RawRow) => CheckedRecord {
  const width = setup.columns.length;
  // A spreadsheet writes the blank cells of columns without a name in some lines and not in others.
  const least = setup.columns.findLastIndex(({ header }) => header !== '') + 1;
  const columns = prepare(setup);
  const words = headerWords(fieldsOf(setup.settings));
  const headers = setup.columns.map(({ header }) => header);
  const isHeader = (cells: readonly string[]) => isHeaderLine(clientCells(cells, headers), words);
  const { guess, isUntouched } = guesser(setup);
  const isFooter = footerTest(columns);
  const isHeading = headingTest(setup);
  const toRead = only === undefined ? columns : columns.filter(({ field }) => only.has(field));
  const idAt = columns.find(({ field }) => field === 'uniqueId')?.at ?? -1;
  /** A header line has such a word in every column. */
  const mayBeHeader = (id: string) => MAY_BE_NAME.test(id) && (id.trim() === '' || words.has(bare(id)));
  const formerGuess = setup.droppedBack ? formerGuesses(setup.columns) : undefined;

  return (row) => {
    const { line, cells } = row;
    if (row.swallowed !== undefined) return guess(line, 'ROWS_SWALLOWED', explainSwallowed(row.swallowed), cells);
    if (row.problem !== undefined) return guess(line, row.problem, explainQuote(cells), cells);
    if (cells.length !== width && !(cells.length >= least && cells.length < width)) {
      if (isHeader(cells)) return headerAgain(line);
      return guess(line, 'RECORD_SHAPE', explainShape(cells, width, setup.delimiter), cells);
    }
    const former = formerGuess?.(cells);
    if (former !== undefined && isUntouched(former.told, cells)) return guess(line, former.code, NOT_LOOKED_AT, cells);
    if (mayBeHeader(cells[idAt] ?? '') && isHeader(cells)) return headerAgain(line);
    const record = checkCells(row, toRead);
    const mayBeFooter = record.uniqueId.length <= LONGEST_FOOTER && FOOTER.test(record.uniqueId);
    if (mayBeFooter && isFooter(record, cells)) return unread(line, reason('NOT_A_USER', null));
    return isHeading(record, cells) ? { ...record, isHeading: true } : record;
  };
}

/** `Grand total: 12`, `(12 rows affected)`, `Record count: 12`, `Page 1 of 2`, `End of report`, `Printed on Monday`, `# leavers`, `--------`. */
const FOOTER =
  /^(?:[-=_*+~]{3,}|(?:#|\/\/) .*|\W*(?:(?:grand|sub)?[ -]?totals?(?: (?:number of )?(?:users|records|rows))?|number of (?:users|records|rows)|(?:user|record|row) count|(?:sum|count|rows|records)(?=\s*[:=])|(?:ORA-\d+|error|warning|fatal|traceback)\b.*:.*|\d[\d.,]* (?:rows?|records?|lines?|users?|entries)\b.*|page \d+ of|trailer|eof|end of (?:file|report|list|data|export)|(?:report )?(?:printed|exported|generated|created) (?:(?:on|at|by)\b|\d).*)(?:[\s.,:=)>*-][\s\d.,:=)>*-]*)?)$/i;

const LONGEST_FOOTER = 60;

/** Beside such words a total has numbers at most; with only `active` they are the id of a user. */
function footerTest(columns: readonly PreparedColumn[]): (record: CheckedRecord, cells: readonly string[]) => boolean {
  const others = columns.filter(({ field }) => field !== 'uniqueId');
  return ({ active }, cells) =>
    others.every(({ at }) => /^[\s\d.,%=_*+~-]*$/.test(cells[at]!)) &&
    (active === null || others.some(({ field, at }) => field !== 'active' && cells[at]!.trim() !== ''));
}

/** `Faculty of Arts,,,` */
function headingTest({ columns, hasDetails }: CheckerSetup): (record: CheckedRecord, cells: readonly string[]) => boolean {
  if (hasDetails !== true) return () => false;
  const fillsMore = detailsTest(columns);
  return ({ uniqueId, reasons }, cells) => reasons.length === 0 && /\s/.test(uniqueId) && !fillsMore(cells);
}

/** Whether a record fills another column than the one that says who it is about. */
export function detailsTest(columns: readonly Column[]): (cells: readonly string[]) => boolean {
  const others = columns.map((column) => column.kind !== 'ours' && !(column.kind === 'field' && column.field === 'uniqueId'));
  return (cells) => cells.some((cell, at) => others[at] === true && cell.trim() !== '');
}

type GuessCode = 'RECORD_SHAPE' | 'QUOTE_MISPLACED' | 'ROWS_SWALLOWED';

const NOT_LOOKED_AT =
  'This record came back unchanged, but which value belongs in which column was only a guess; correct it, or clear error_code if it is right.';

/** Which value belongs in which column of such a record is only our guess, so it has no fields at all. */
function guesser({ columns, settings, droppedBack, delimiter }: CheckerSetup) {
  const comesBack = profileOf({ settings }).report === 'failed-records';
  const headers = columns.map(({ header }) => header);
  const width = clientCells(headers, headers).length;
  /** The client's own cells as they were before they were guarded, and as they will go out. */
  const sentOut = (cells: readonly string[]) => {
    const own = clientCells(cells, headers);
    return fitCells(droppedBack ? own.map(restoreCell) : own, width, delimiter);
  };
  const guess = (line: number, code: GuessCode, message: string, cells: readonly string[]): CheckedRecord => {
    // Of swallowed lines those without a quote are right as they stand.
    const isRight = code === 'ROWS_SWALLOWED' && cells.length === headers.length && !cells.some((cell) => cell.includes('"'));
    return unread(line, reason(code, null, isRight || !comesBack ? message : withMark(message, sentOut(cells))));
  };
  return { guess, isUntouched: (told: string, cells: readonly string[]) => isAsSent(told, sentOut(cells)) };
}

function headerAgain(line: number): CheckedRecord {
  return unread(line, reason('HEADER_REPEATED', null));
}

function unread(line: number, why: Reason): CheckedRecord {
  return { line, uniqueId: '', values: {}, active: null, reasons: [why] };
}

/** For a record that was a guess when it was sent out: its code and its reason. */
function formerGuesses(columns: readonly Column[]): (cells: readonly string[]) => { code: GuessCode; told: string } | undefined {
  const named = (name: string): number => columns.findIndex(({ kind, header }) => kind === 'ours' && header.toLowerCase() === name);
  const [codeAt, reasonAt] = [named('error_code'), named('error_reason')];
  return (cells) => {
    const codes = codeAt === -1 ? ['RECORD_SHAPE'] : (cells[codeAt] ?? '').split('|').map((code) => code.trim());
    const code = codes.find((one): one is GuessCode => one === 'RECORD_SHAPE' || one === 'QUOTE_MISPLACED' || one === 'ROWS_SWALLOWED');
    return code === undefined ? undefined : { code, told: cells[reasonAt] ?? '' };
  };
}

function prepare({ columns, settings, droppedBack, today }: CheckerSetup): readonly PreparedColumn[] {
  const required = new Set(fieldsOf(settings).flatMap((field) => (field.required ? [field.name] : [])));
  return columns.flatMap((column, at) => {
    if (column.kind !== 'field') return [];
    const { field } = column;
    const header = column.header.toLowerCase();
    const blankCode = missingCode(field);
    return {
      at,
      field,
      header,
      read: cellReader(field, header, { settings, droppedBack, today }),
      blank: required.has(field) ? reason(blankCode, field, REASONS[blankCode].sentence(header)) : undefined,
      shared: columns.some((other) => other !== column && other.kind === 'field' && other.field === field),
    };
  });
}

function checkCells(row: RawRow, columns: readonly PreparedColumn[]): CheckedRecord {
  const values: Partial<Record<StoredFieldName, FieldValue>> = {};
  const claims: { email?: string; userName?: string } = {};
  let uniqueId = '';
  let active: '0' | '1' | null = null;
  let reasons: Reason[] | undefined;
  let firstOfField: Map<FieldName, { readonly read: FieldValue; readonly header: string }> | undefined;

  for (const { at, field, header, read: readCell, blank, shared } of columns) {
    const read = readCell(row.cells[at]!);
    if (read === undefined) {
      if (blank !== undefined) (reasons ??= []).push(blank);
      continue;
    }
    const isTrouble = typeof read === 'object';
    if (isTrouble) (reasons ??= []).push(...read.reasons);
    if (shared) {
      firstOfField ??= new Map();
      const value = isTrouble ? read.text : read;
      const first = firstOfField.get(field);
      if (first === undefined) firstOfField.set(field, { read: value, header });
      else if (first.read !== value) (reasons ??= []).push(conflicting(field, first.header, header));
    }
    if (isTrouble) {
      if (field === 'uniqueId') uniqueId = isSpoilt(read) ? '' : read.text;
      else if ((field === 'email' || field === 'userName') && !isSpoilt(read)) claims[field] = read.text;
    } else if (field === 'uniqueId') uniqueId = read as string;
    else if (field === 'active') active = read as '0' | '1';
    else values[field] = read;
  }
  const record = { line: row.line, uniqueId, values, active, reasons: reasons ?? NO_REASONS };
  return claims.email === undefined && claims.userName === undefined ? record : { ...record, claims };
}

/** What another program has spoilt names nobody: two people may have come to the same text. */
function isSpoilt({ reasons }: Trouble): boolean {
  return reasons.some(({ code }) => code === 'SPREADSHEET_VALUE');
}

function conflicting(field: FieldName, first: string, second: string): Reason {
  return reason('CONFLICTING_COLUMNS', field, `${first} and ${second} hold different values; leave one of them blank.`);
}
