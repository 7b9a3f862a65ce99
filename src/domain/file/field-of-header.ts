// Which field a header of an accepted file stands for, in whatever profile.

import { AGYLIA_FIELDS, FIELDS, type FieldName } from '../record/fields';
import type { FileLayout } from '../import-run';

const BY_HEADER = new Map([...AGYLIA_FIELDS, ...FIELDS].flatMap(({ name, headers }) => headers.map((header) => [header, name] as const)));

/** None that was skipped: it may well be the name of a column in the other profile. */
export function fieldOfHeader(header: string, { ignoredHeaders }: Pick<FileLayout, 'ignoredHeaders'>): FieldName | undefined {
  // String.prototype.trim takes a byte order mark for white space.
  const name = header.trim();
  return ignoredHeaders.includes(name) ? undefined : BY_HEADER.get(name.toLowerCase());
}
