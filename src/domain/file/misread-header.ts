// A header line that is right, and was read wrong: another delimiter, each line in quotes, a title above it. Or something that is visibly
// not a header. Looked at only when the header was refused; the reason then says exactly that, and not that names are missing.

import type { ClientSettings } from '../client';
import { fieldsOf } from '../client/profiles';
import type { FileLayout } from '../import-run';
import { type Refusal, refusal } from '../reason/refusals';
import { acceptedNames, nameIn } from './header-names';
import { wordsFor } from './suggest-header';
import { bare } from './suggest-name';
import type { Column } from '../record/record';
import { DELIMITER_NAMES, DELIMITERS } from '../record/unreadable';

/** The first rows of a file, and how they were read. */
interface MisreadRows {
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
  readonly delimiter: FileLayout['delimiter'];
  /** A first line `sep=;` named the delimiter. */
  readonly hasSepLine: boolean;
}

type Settings = Pick<ClientSettings, 'profile' | 'furtherColumns' | 'delimiter'>;

/** Cells, and characters of one: no name and no delimiter lies further behind, and a header line may be as long as a record. */
const LOOKED_AT = 4096;

/** Undefined = it was read as it is meant. */
export function misreadHeader({ rows, delimiter, hasSepLine }: MisreadRows, settings: Settings): Refusal | undefined {
  const [first, ...below] = rows;
  if (first === undefined) return undefined;
  const { cells, line } = first;
  return (
    quotesSpaced(cells, settings) ??
    (hasSepLine ? otherThanNamed({ cells, line, delimiter }, settings) : rowsInQuotes(cells, delimiter, settings)) ??
    otherDelimiter(cells, delimiter, settings) ??
    severalDelimiters(cells, delimiter, settings) ??
    lineBreaks(cells, delimiter) ??
    (below.length === 0 ? recordsBehind(cells, settings) : titleAbove(cells, below, settings))
  );
}

/** Whether cells below the header line are the names of other columns: what stands under those is not what the header line says. */
export function otherTable(columns: readonly Column[], settings: Settings): (cells: readonly string[], isHeaderLine: boolean) => boolean {
  const accepted = acceptedNames(settings);
  const fields = fieldsOf(settings);
  const meanings = columns.map((column) => {
    const meant = fields.find(({ name }) => column.kind === 'field' && name === column.field);
    return { kind: column.kind, words: new Set(meant === undefined ? [bare(column.header)] : wordsFor(meant)) };
  });
  // Of a field that the file does not have, only its name: `Phone` below `employee_phone` may well be another word for that.
  const ofFile = new Set(meanings.flatMap(({ kind, words }) => (kind === 'field' ? [...words] : [])));
  const namesAnother = (cell: string, at: number) =>
    meanings[at]?.kind !== 'ours' && meanings[at]?.words.has(bare(cell)) !== true && (ofFile.has(bare(cell)) || accepted.has(nameIn(cell)));
  // Looked at in every record.
  const areNames = (cells: readonly string[]) =>
    accepted.has(nameIn(cells[0]!)) &&
    cells.filter((cell) => accepted.has(nameIn(cell))).length > 1 &&
    holdsRequired(cells.map(nameIn), settings);
  return (cells, isHeaderLine) => (isHeaderLine || areNames(cells)) && cells.some(namesAnother);
}

/** `"unique_id", "city"`: the blanks make the quotes part of the name. */
function quotesSpaced(cells: readonly string[], settings: Settings): Refusal | undefined {
  const names = acceptedNames(settings);
  const isSpaced = (cell: string) => /^\s*".*"\s*$/s.test(cell) && /^\s|\s$/.test(cell) && names.has(nameIn(cell.trim().slice(1, -1)));
  if (!cells.slice(0, LOOKED_AT).some(isSpaced)) return undefined;
  const message =
    'The header line has a space between a delimiter and a double quote, so the quotes are not recognised. Remove the spaces around the delimiters on every line.';
  return refusal('QUOTE_MISPLACED', message, 1);
}

/** One cell that holds the delimiter was in quotes. */
function rowsInQuotes(cells: readonly string[], delimiter: string, settings: Settings): Refusal | undefined {
  if (cells.length !== 1) return undefined;
  const candidates = settings.delimiter === 'auto' ? DELIMITERS : [delimiter];
  if (!candidates.some((candidate) => cells[0]!.includes(candidate) && holdsRequired(namesIn(cells[0]!, candidate), settings)))
    return undefined;
  const message =
    'Each whole line is in double quotes, so it is read as one value. Remove the quotes around the lines; only values that hold the delimiter need them.';
  return refusal('DELIMITER', message, 1);
}

function otherDelimiter(cells: readonly string[], delimiter: FileLayout['delimiter'], settings: Settings): Refusal | undefined {
  const text = cells.join(delimiter).slice(0, LOOKED_AT);
  const named = /^"?sep=([^\w\s"])/i.exec(text.trim())?.[1];
  const found = named ?? delimiterIn(text, delimiter, settings);
  if (found === undefined || (settings.delimiter === 'auto' && isUsual(found))) return undefined;
  const expected =
    settings.delimiter === 'auto'
      ? 'we expect commas, semicolons or tabs. Export it with one of these.'
      : `we expect ${DELIMITER_NAMES[settings.delimiter]}s from you. Export it with ${DELIMITER_NAMES[settings.delimiter]}s, or ask us to change the delimiter.`;
  return refusal('DELIMITER', `The columns of the file are separated by ${delimiterName(found)}, but ${expected}`, 1);
}

/** What a line `sep=,` says, and the header line below it does not bear out. */
function otherThanNamed(
  { cells, line, delimiter }: { readonly cells: readonly string[]; readonly line: number; readonly delimiter: FileLayout['delimiter'] },
  settings: Settings,
): Refusal | undefined {
  const found = delimiterIn(cells.join(delimiter).slice(0, LOOKED_AT), delimiter, settings);
  if (found === undefined) return undefined;
  const message = `The first line says that ${DELIMITER_NAMES[delimiter]}s separate the columns, but they are separated by ${delimiterName(found)}. Remove the first line.`;
  return refusal('DELIMITER', message, line);
}

/** The character other than `delimiter` between the names of all required columns. */
function delimiterIn(text: string, delimiter: string, settings: Settings): string | undefined {
  const candidates = new Set(text.replaceAll(/[\w"'-]/g, ''));
  candidates.delete(delimiter);
  // `unique_id`,`login_source`: a mark around the names is not one between them.
  const isAround = (candidate: string) => holdsRequired(namesIn(text.replaceAll(candidate, ''), delimiter), settings);
  // Blanks stand around other marks, too.
  const visibleFirst = [...candidates].toSorted((a, b) => Number(a.trim() === '') - Number(b.trim() === ''));
  return visibleFirst.find((candidate) => holdsRequired(namesIn(text, candidate), settings) && !isAround(candidate));
}

function severalDelimiters(cells: readonly string[], delimiter: FileLayout['delimiter'], settings: Settings): Refusal | undefined {
  const text = cells.join(delimiter);
  if (holdsRequired(namesIn(text, delimiter), settings) || !holdsRequired(namesIn(text), settings)) return undefined;
  const message = `The column names are separated by different characters. Separate all of them, and the values below, by ${DELIMITER_NAMES[delimiter]}s.`;
  return refusal('DELIMITER', message, 1);
}

/** A file that has lost its line breaks: behind the names come at least as many values, which must not be quoted as names. */
function recordsBehind(cells: readonly string[], settings: Settings): Refusal | undefined {
  const names = acceptedNames(settings);
  const width = cells.findIndex((cell) => !names.has(nameIn(cell)));
  const behind = cells.slice(width);
  if (width < 2 || behind.length < width - 1 || !holdsRequired(cells.map(nameIn), settings)) return undefined;
  if (behind.some((cell) => nameIn(cell) !== '' && names.has(nameIn(cell)))) return undefined;
  const message =
    'The whole file is one line, so its records were read as column names. Export it again with a line break behind each record.';
  return refusal('NO_RECORDS', message, 1);
}

/** A quote in the header line that is never closed swallows the records below it. */
function lineBreaks(cells: readonly string[], delimiter: string): Refusal | undefined {
  const swallows = cells.slice(0, LOOKED_AT).some((cell) =>
    cell
      .slice(0, LOOKED_AT)
      .split(/[\r\n]+/)
      .slice(1)
      .some((line) => line.includes(delimiter)),
  );
  if (!swallows) return undefined;
  return refusal(
    'QUOTE_UNCLOSED',
    'A double quote in the header line is never closed, so the lines below it were read as part of a name. Close or remove it.',
    1,
  );
}

function titleAbove(first: readonly string[], below: MisreadRows['rows'], settings: Settings): Refusal | undefined {
  const isHeader = (cells: readonly string[]) =>
    holdsRequired(
      cells.slice(0, LOOKED_AT).flatMap((cell) => namesIn(cell)),
      settings,
    );
  if (isHeader(first)) return undefined;
  const header = below.find(({ cells }) => isHeader(cells));
  if (header === undefined) return undefined;
  const above = header.line === 2 ? 'Delete the line above them' : `Delete the ${header.line - 1} lines above them`;
  return refusal('HEADER_MISSING', `The column names are on line ${header.line}, but must be on line 1. ${above}.`, header.line);
}

function namesIn(text: string, delimiter: string | RegExp = /[,;\t|]/): readonly string[] {
  return text
    .slice(0, LOOKED_AT)
    .split(delimiter)
    .map((cell) => nameIn(cell.replaceAll('"', '')));
}

function holdsRequired(names: readonly string[], settings: Settings): boolean {
  return fieldsOf(settings).every(({ required, headers }) => !required || headers.some((header) => names.includes(header)));
}

function isUsual(mark: string): mark is FileLayout['delimiter'] {
  return mark in DELIMITER_NAMES;
}

function delimiterName(mark: string): string {
  if (mark === '|') return 'vertical bars (|)';
  if (mark === ' ' || mark === '\u00a0') return 'spaces';
  if (isUsual(mark)) return `${DELIMITER_NAMES[mark]}s`;
  if (/\p{C}/u.test(mark)) return `the character U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return `the character ${mark}`;
}
