// Why the cells of a record could not be told apart, as exactly as it shows, and the one thing to do about it.

import type { FileLayout } from '../import-run';
import type { Swallowed } from './record';

export const DELIMITER_NAMES: Readonly<Record<FileLayout['delimiter'], string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };

export const DELIMITERS = Object.keys(DELIMITER_NAMES) as readonly FileLayout['delimiter'][];

export function explainShape(cells: readonly string[], width: number, delimiter: FileLayout['delimiter']): string {
  const mark = DELIMITER_NAMES[delimiter];
  const text = cells.join(delimiter);
  const has = `The record has ${count(cells.length)}, but the header line has ${width}`;
  if (cells.length === 1 && cells[0]!.split(delimiter).length === width)
    return 'The whole line is in double quotes, so it was read as one value; remove the quotes around the line.';
  const other = DELIMITERS.find((one) => one !== delimiter && text.split(one).length === width);
  if (cells.length < width && other !== undefined)
    return `The cells are separated by ${DELIMITER_NAMES[other]}s, but those of the header line by ${mark}s; use ${mark}s here, too.`;
  if (cells.length === 1) return `${has}; add the missing cells or, if the line is not about a user, remove it.`;
  if (cells.length < width) return `${has}; add the missing cells. A cell may be empty, but not left out.`;
  const surplus = cells.length - width;
  const tooMany = `with ${surplus === 1 ? `one ${mark}` : `${surplus} ${mark}s`} too many; remove ${surplus === 1 ? 'it' : 'them'}.`;
  if (text.includes(`\\${delimiter}`))
    return `${has}; a backslash does not protect a ${mark}, so remove it and put the value in double quotes.`;
  // `Roy, Jr` and a blank last cell: with the last comma gone, each value would stand in a wrong column.
  const isInside = cells.filter((cell) => /^ \S/.test(cell)).length === surplus;
  if (isBlank(cells.slice(width)) && !isInside) return `The record ends ${tooMany}`;
  if (isBlank(cells.slice(0, surplus))) return `The record begins ${tooMany}`;
  // A lost line break joins the last cell of one record to the first of the next.
  if (width > 3 && cells.length >= 2 * width - 1) return `${has}; it seems to be two records, so put each on a line of its own.`;
  if (/[“”„]/.test(text))
    return `${has}; curly quotes do not count, so write straight double quotes (") around each value that holds a ${mark}.`;
  return `${has}; put each value that holds a ${mark} in double quotes.`;
}

export function explainQuote(cells: readonly string[]): string {
  if (cells.some((cell) => /^\s+".*"\s*$/s.test(cell)))
    return 'There is a space before an opening double quote, so the quotes are not recognised; remove the space.';
  if (cells.some((cell) => /^".*"\s+$/s.test(cell))) return 'There is a space after a closing double quote; remove the space.';
  if (cells.some((cell) => cell.includes('\\"')))
    return 'A backslash does not protect a double quote inside a value; write two double quotes there instead.';
  return 'A double quote is in the wrong place; put the value in double quotes, and double each quote inside it.';
}

export function explainSwallowed({ from, to }: Swallowed): string {
  return `A double quote is never closed, so lines ${from} to ${to} were read as one value; close it, or remove the stray quotes on lines ${from} and ${to}.`;
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

function count(cells: number): string {
  return `${cells} ${cells === 1 ? 'cell' : 'cells'}`;
}
