// Checks raw rows against the field table: every reason that needs no database, in the order of the columns. Everything that can be
// decided once per file is decided when the checker is made; what is left runs for every cell of up to 5,000,000 records.

import { isAsSent, withMark } from './as-sent';
import { cellReader, type Trouble } from './cell-reader';
import { clientCells } from './client-cells';
import type { ClientSettings } from '../client';
import type { FieldName } from './fields';
import { fieldsOf } from '../client/profiles';
import { missingCode, reason, REASONS, type Reason } from '../reason/reasons';
import type { CheckedRecord, Column, RawRow } from './record';
import { restoreCell } from '../report/spreadsheet-cell';
import type { FieldValue, StoredFieldName } from '../user';

export interface CheckerSetup {
  /** As `checkHeader` found them. */
  readonly columns: readonly Column[];
  readonly settings: ClientSettings;
  readonly droppedBack: boolean;
  /** The day, UTC, as `YYYY-MM-DD`: no date of birth lies behind it. */
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

export function recordChecker(setup: CheckerSetup): (row: RawRow) => CheckedRecord {
  const width = setup.columns.length;
  const columns = prepare(setup);
  const sent = sentCells(setup);
  const formerGuess = setup.droppedBack ? formerGuesses(setup.columns) : undefined;
  return (row) => {
    const { line, cells } = row;
    if (row.problem !== undefined) return guessed(line, row.problem, REASONS[row.problem].sentence(''), sent(cells));
    if (cells.length !== width) return guessed(line, 'RECORD_SHAPE', wrongShape(cells.length, width), sent(cells));
    const former = formerGuess?.(cells);
    if (former !== undefined && isAsSent(former.told, sent(cells))) return guessed(line, former.code, NOT_LOOKED_AT, sent(cells));
    return checkCells(row, columns);
  };
}

type GuessCode = 'RECORD_SHAPE' | 'QUOTE_MISPLACED';

const NOT_LOOKED_AT =
  'It came back as it went out, and which value belongs to which column was a guess; correct it, or clear error_code when it is right.';

/** What the cells of such a record are is a guess of ours when they go out in the right number, so it has no fields at all. */
function guessed(line: number, code: GuessCode, message: string, cells: readonly string[]): CheckedRecord {
  return { line, uniqueId: '', values: {}, active: null, reasons: [reason(code, null, withMark(message, cells))] };
}

/** The client's own cells, as they were before they were neutralised. */
function sentCells({ columns, droppedBack }: CheckerSetup): (cells: readonly string[]) => readonly string[] {
  const headers = columns.map(({ header }) => header);
  return (cells) => (droppedBack ? clientCells(cells, headers).map(restoreCell) : clientCells(cells, headers));
}

/** Of a record that was a guess when it went out: its code, and what was said of it. */
function formerGuesses(columns: readonly Column[]): (cells: readonly string[]) => { code: GuessCode; told: string } | undefined {
  const named = (name: string): number => columns.findIndex(({ kind, header }) => kind === 'ours' && header.toLowerCase() === name);
  const [codeAt, reasonAt] = [named('error_code'), named('error_reason')];
  return (cells) => {
    const code = cells[codeAt]?.trim();
    return code === 'RECORD_SHAPE' || code === 'QUOTE_MISPLACED' ? { code, told: cells[reasonAt] ?? '' } : undefined;
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
    if (field === 'uniqueId') uniqueId = isTrouble ? read.text : (read as string);
    else if (!isTrouble) {
      if (field === 'active') active = read as '0' | '1';
      else values[field] = read;
    } else if (field === 'email' || field === 'userName') claims[field] = read.text;
  }
  const record = { line: row.line, uniqueId, values, active, reasons: reasons ?? NO_REASONS };
  return claims.email === undefined && claims.userName === undefined ? record : { ...record, claims };
}

function wrongShape(cells: number, width: number): string {
  const hint = cells > width ? 'put a value that holds the delimiter into double quotes' : 'a cell may be blank but not be left out';
  return `The record has ${cells} ${cells === 1 ? 'cell' : 'cells'}, the header has ${width}; ${hint}.`;
}

function conflicting(field: FieldName, first: string, second: string): Reason {
  return reason('CONFLICTING_COLUMNS', field, `${first} and ${second} hold different values; leave one of them blank.`);
}
