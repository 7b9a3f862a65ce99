// Why the cells of a record could not be told apart, as exactly as it shows, and the one thing to do about it.

import type { FileLayout } from '../import-run';
import type { Swallowed } from './record';

export const DELIMITER_NAMES: Readonly<Record<FileLayout['delimiter'], string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };

export function explainShape(cells: readonly string[], width: number, delimiter: FileLayout['delimiter']): string {
  const mark = DELIMITER_NAMES[delimiter];
  const has = `The record has ${count(cells.length)}, the header line has ${width}`;
  if (cells.length === 1 && cells[0]!.split(delimiter).length === width)
    return 'The line as a whole is in double quotes, so that it is read as one value; remove the quotes around it.';
  if (cells.length < width) return `${has}; fill in the missing cells: a cell may be blank but not be left out.`;
  if (cells.slice(width).every((cell) => cell.trim() === '')) {
    const surplus = cells.length - width;
    return `The record ends with ${surplus === 1 ? `a ${mark}` : `${surplus} ${mark}s`} more than the header line has; remove ${surplus === 1 ? 'it' : 'them'} at the end of the record.`;
  }
  return `${has}; a value that holds a ${mark} must be in double quotes.`;
}

export function explainQuote(cells: readonly string[]): string {
  if (cells.some((cell) => /^\s+".*"\s*$/s.test(cell)))
    return 'A blank stands in front of a double quote, so the quotes do not count; remove the blank between the delimiter and the quote.';
  if (cells.some((cell) => /^".*"\s+$/s.test(cell)))
    return 'A blank stands behind a closing double quote; remove the blank between the quote and the delimiter.';
  return 'A double quote stands in the wrong place; put the value into double quotes and write each quote inside it twice.';
}

export function explainSwallowed({ from, to }: Swallowed): string {
  return `A double quote lacks its end, so that lines ${from} to ${to} were read as one value; remove the quote that is too many on line ${from} and on line ${to}, or close it.`;
}

function count(cells: number): string {
  return `${cells} ${cells === 1 ? 'cell' : 'cells'}`;
}
