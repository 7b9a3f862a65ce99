// Whether cells are column names rather than somebody's data: what tells a header line that came again, or one that is not the first.

import type { ClientSettings } from '../client';
import { fieldsOf } from '../client/profiles';
import { REPORT_HEADERS } from '../record/fields';
import { bare } from './suggest-name';

/** Every accepted name of the client's files, and our own. */
export function acceptedNames(settings: Pick<ClientSettings, 'profile' | 'furtherColumns'>): ReadonlySet<string> {
  return new Set([...fieldsOf(settings).flatMap(({ headers }) => headers), ...REPORT_HEADERS]);
}

/** Only words for columns and blank cells. One among several cells may be a coincidence. `words` = `headerWords`. */
export function isHeaderLine(cells: readonly string[], words: ReadonlySet<string>): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  return (filled.length > 1 || (filled.length === 1 && cells.length === 1)) && filled.every((cell) => words.has(bare(cell)));
}

/** As names are compared. */
export function nameIn(cell: string): string {
  // String.prototype.trim takes a byte order mark for white space.
  return cell.trim().toLowerCase();
}
