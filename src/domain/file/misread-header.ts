// A header line that is right, and was read wrong: another delimiter, each line in quotes, a title above it. Or something that is no header
// for a reason that shows. Looked at only when the header was refused; the reason then says exactly that, and not that names are missing.

import type { ClientSettings } from '../client';
import { fieldsOf } from '../client/profiles';
import type { FileLayout } from '../import-run';
import type { Refusal } from '../reason/reasons';
import { refusal } from '../reason/refusals';
import { acceptedNames, nameIn } from './header-names';
import { DELIMITER_NAMES } from '../record/unreadable';

/** The first rows of a file, and how they were read. */
export interface MisreadRows {
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
  readonly delimiter: FileLayout['delimiter'];
}

type Settings = Pick<ClientSettings, 'profile' | 'furtherColumns' | 'delimiter'>;

/** Cells, and characters of one: no name and no delimiter lies further behind, and a header line may be as long as a record. */
const LOOKED_AT = 4096;

/** Undefined = it was read as it is meant. */
export function misreadHeader({ rows, delimiter }: MisreadRows, settings: Settings): Refusal | undefined {
  const [first, ...below] = rows;
  if (first === undefined) return undefined;
  return (
    quotesSpaced(first.cells, settings) ??
    rowsInQuotes(first.cells, delimiter, settings) ??
    otherDelimiter(first.cells, delimiter, settings) ??
    lineBreaks(first.cells, delimiter) ??
    titleAbove(first.cells, below, settings)
  );
}

/** `"unique_id", "city"`: the blanks make the quotes part of the name. */
function quotesSpaced(cells: readonly string[], settings: Settings): Refusal | undefined {
  const names = acceptedNames(settings);
  const isSpaced = (cell: string) => /^\s*".*"\s*$/s.test(cell) && /^\s|\s$/.test(cell) && names.has(nameIn(cell.trim().slice(1, -1)));
  if (!cells.slice(0, LOOKED_AT).some(isSpaced)) return undefined;
  const message =
    'In the header line a blank stands between a delimiter and a double quote, so that the quotes do not count. Remove the blanks around the delimiters, in all lines.';
  return refusal('QUOTE_MISPLACED', message, 1);
}

/** One cell that holds the delimiter was in quotes. */
function rowsInQuotes(cells: readonly string[], delimiter: string, settings: Settings): Refusal | undefined {
  if (cells.length !== 1) return undefined;
  const candidates = settings.delimiter === 'auto' ? [',', ';', '\t'] : [delimiter];
  if (!candidates.some((candidate) => cells[0]!.includes(candidate) && holdsRequired(namesIn(cells[0]!, candidate), settings)))
    return undefined;
  const message =
    'Each line as a whole is in double quotes, so that it is read as one value. Remove the quotes around the lines; only a value that holds the delimiter needs them.';
  return refusal('DELIMITER', message, 1);
}

function otherDelimiter(cells: readonly string[], delimiter: FileLayout['delimiter'], settings: Settings): Refusal | undefined {
  const text = cells.join(delimiter).slice(0, LOOKED_AT);
  const named = /^"?sep=([^\w\s"])/i.exec(text.trim())?.[1];
  const candidates = new Set([...(named === undefined ? [] : [named]), ...text.replaceAll(/[\w"'-]/g, '')]);
  candidates.delete(delimiter);
  const found = named ?? [...candidates].find((candidate) => holdsRequired(namesIn(text, candidate), settings));
  if (found === undefined) return undefined;
  const expected =
    settings.delimiter === 'auto'
      ? 'we understand commas, semicolons and tabs. Export it with one of these.'
      : `we expect ${DELIMITER_NAMES[settings.delimiter]}s from you. Export it with ${DELIMITER_NAMES[settings.delimiter]}s, or ask us to change the delimiter.`;
  return refusal('DELIMITER', `The columns of the file are separated by ${delimiterName(found)}, and ${expected}`, 1);
}

/** A quote in the header line that lacks its end swallows the records below it. */
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
    'A double quote in the header line lacks its end, so that the lines below were read as part of a name. Close or remove it.',
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
  const above = header.line === 2 ? 'Delete the line above it' : `Delete the ${header.line - 1} lines above it`;
  return refusal('HEADER_MISSING', `The column names stand on line ${header.line} and must stand on the first. ${above}.`, header.line);
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

function delimiterName(mark: string): string {
  if (mark === '|') return 'vertical bars (|)';
  if (mark === ' ' || mark === '\u00a0') return 'blanks';
  if (mark === ',' || mark === ';' || mark === '\t') return `${DELIMITER_NAMES[mark]}s`;
  return `the character ${mark}`;
}
