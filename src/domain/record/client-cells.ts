// What of a record is the client's own, when our columns stand in the file too: it was dropped back, corrected or not.

import { REPORT_HEADERS } from './fields';

/** In a misshapen record no cell can be told to belong to a column; but our columns are the last ones, so what is in front of them is the client's. */
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
