// Whether cells are column names rather than somebody's data: what tells a header line that came again, or one that is not the first.

import type { ClientSettings } from '../client';
import { fieldsOf } from '../client/profiles';
import { REPORT_HEADERS } from '../record/fields';

/** Every accepted name of the client's files, and our own. */
export function acceptedNames(settings: Pick<ClientSettings, 'profile' | 'furtherColumns'>): ReadonlySet<string> {
  return new Set([...fieldsOf(settings).flatMap(({ headers }) => headers), ...REPORT_HEADERS]);
}

/** Nothing but accepted names and blanks. One name among several cells may be a coincidence. */
export function isHeaderLine(cells: readonly string[], names: ReadonlySet<string>): boolean {
  let found = 0;
  for (const cell of cells) {
    const name = nameIn(cell);
    if (name === '') continue;
    if (!names.has(name)) return false;
    found++;
  }
  return found > 1 || (found === 1 && cells.length === 1);
}

/** As names are compared. */
export function nameIn(cell: string): string {
  // String.prototype.trim takes a byte order mark for white space.
  return cell.trim().toLowerCase();
}
