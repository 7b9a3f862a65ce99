// A failed-records file that is dropped back: which cells of a record are the client's own, and whether anybody has corrected them.

import { REPORT_HEADERS } from './fields';
import { fingerprint } from '../file/fingerprint';

/** In a misshapen record no cell belongs to a column; but our columns are the last ones, so those in front are the client's. */
export function clientCells(cells: readonly string[], headers: readonly string[]): readonly string[] {
  if (cells.length === headers.length) return cells.filter((_, at) => !isOurs(headers[at]!));
  const ours = headers.length - 1 - headers.findLastIndex((header) => !isOurs(header));
  return cells.slice(0, Math.max(cells.length, headers.length) - ours);
}

/** In `width` cells, as they go out to be corrected: what a record has beyond them is kept in the last one, so that nothing is lost. */
export function fitCells(cells: readonly string[], width: number, delimiter: string): readonly string[] {
  if (cells.length <= width) return [...cells, ...Array.from({ length: width - cells.length }, () => '')];
  return [...cells.slice(0, width - 1), cells.slice(width - 1).join(delimiter)];
}

export function isOurs(header: string): boolean {
  return (REPORT_HEADERS as readonly string[]).includes(header.trim().toLowerCase());
}

/**
 * A record whose cells could not be told apart goes out in the right number of cells all the same, which is a guess. When it comes back as it went
 * out, nobody has looked at it, and it must not be taken for what was meant. So its reason carries a mark of the cells that went out; any change
 * to one of them, even a comma that moved, is a correction.
 */
const MARK = /\[as sent: ([0-9a-f]{8})\]/;

/** `cells` = as they go out. */
export function withMark(message: string, cells: readonly string[]): string {
  return `${message} [as sent: ${markOf(cells)}]`;
}

/** Whether these cells of the client are those that the reason was given for. */
export function isAsSent(reasonCell: string, cells: readonly string[]): boolean {
  return MARK.exec(reasonCell)?.[1] === markOf(cells);
}

/** A spreadsheet may change line breaks; nothing else in a cell changes without somebody's doing. */
function markOf(cells: readonly string[]): string {
  const text = cells.map((cell) => cell.replaceAll(/\r\n?/g, '\n')).join('\u0000');
  return fingerprint(text).toString(16).padStart(16, '0').slice(-8);
}
