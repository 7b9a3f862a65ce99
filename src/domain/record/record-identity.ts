// What makes two records of one file the same record: the text of all columns that mean something, trimmed and normalised. Our own
// report columns and ignored ones do not count.

import { toNfc } from './cell-text';
import type { Column, RawRow } from './record';
import { withoutTextForm } from './spreadsheet-text';

/** Equal for records that are identical; the columns are those of one file. */
export function recordIdentity(row: RawRow, columns: readonly Column[]): string {
  const texts: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    if (columns[i]?.kind === 'field') texts.push(withoutTextForm((row.cells[i] ?? '').trim()));
  }
  // A zero byte between the cells: a cell that holds one is rejected anyway.
  return toNfc(texts.join('\u0000'));
}
