// A record whose cells could not be told apart goes out in the right number of cells all the same, which is a guess. When it comes back as
// it went out, nobody has looked at it, and it must not be taken for what was meant. So its reason carries a mark of the cells that went
// out; any change to one of them, even a comma that moved, is a correction.

import { fingerprint } from '../file/fingerprint';

const MARK = /\[as sent: ([0-9a-f]{8})\]/;

/** `cells` = as they go out. */
export function withMark(message: string, cells: readonly string[]): string {
  return `${message} [as sent: ${markOf(cells)}]`;
}

/** Whether these cells of the client are those that the reason was given for. */
export function isAsSent(reasonCell: string, cells: readonly string[]): boolean {
  return MARK.exec(reasonCell)?.[1] === markOf(cells);
}

/** A spreadsheet may write line breaks its own way; nothing else of a cell changes by itself. */
function markOf(cells: readonly string[]): string {
  const text = cells.map((cell) => cell.replaceAll(/\r\n?/g, '\n')).join('\u0000');
  return fingerprint(text).toString(16).padStart(16, '0').slice(-8);
}
