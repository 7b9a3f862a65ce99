// A record whose cells could not be told apart goes out in the right number of cells all the same, which is a guess. When it comes back as
// it went out, nobody has looked at it, and it must not be taken for what was meant. So its reason carries a mark of what was sent.

import { fingerprint } from '../file/fingerprint';

const DELIMITERS = /[,;\t]/;
const MARK = /\[as sent: ([0-9a-f]{8})\]/;

export function withMark(message: string, cells: readonly string[]): string {
  return `${message} [as sent: ${markOf(cells)}]`;
}

/** Whether these cells of the client are those that the reason was given for. */
export function isAsSent(reasonCell: string, cells: readonly string[]): boolean {
  return MARK.exec(reasonCell)?.[1] === markOf(cells);
}

/** The same however the cells are counted: what lies beyond the last column goes out in its cell, and what is missing as blank ones. */
function markOf(cells: readonly string[]): string {
  const pieces = cells.flatMap((cell) => cell.split(DELIMITERS)).map((piece) => piece.trim());
  const end = pieces.findLastIndex((piece) => piece !== '') + 1;
  return fingerprint(pieces.slice(0, end).join('\n')).toString(16).padStart(16, '0').slice(-8);
}
