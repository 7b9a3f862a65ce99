// What a client calls a field: the header of its own file, or, where the file has no such column, the name that the column would have.

import { AGYLIA_FIELDS, FIELDS, headerOf, type FieldName } from '../record/fields';
import { PROFILES } from '../client/profiles';
import type { FileLayout } from '../import-run';

/** What is known of a file's header line, all as sent. */
export interface FileHeaders {
  /** null = it was not read. */
  readonly headers: readonly string[] | null;
  readonly ignoredHeaders: readonly string[];
}

/** `file` null = the file was not read. */
export function headerInFile(file: FileHeaders | null, field: FieldName): string {
  return headerOfFile(file, field)?.trim() ?? headerInTable(file, field);
}

function headerOfFile(file: FileHeaders | null, field: FieldName): string | undefined {
  return file?.headers?.find((header) => fieldOfHeader(header, file) === field);
}

/** By the table that says who a user is as the file does. */
function headerInTable(file: FileHeaders | null, field: FieldName): string {
  const identity = headerOfFile(file, 'uniqueId')?.trim().toLowerCase();
  const table = Object.values(PROFILES).find(({ fields }) => fields.some(({ headers: [first] }) => first === identity));
  return table?.fields.find(({ name }) => name === field)?.headers[0] ?? headerOf(field);
}

const BY_HEADER = new Map([...AGYLIA_FIELDS, ...FIELDS].flatMap(({ name, headers }) => headers.map((header) => [header, name] as const)));

/**
 * Which field a header of an accepted file stands for, in whatever profile. None that was skipped: it may well be the name of a column in the
 * other profile.
 */
export function fieldOfHeader(header: string, { ignoredHeaders }: Pick<FileLayout, 'ignoredHeaders'>): FieldName | undefined {
  // String.prototype.trim takes a byte order mark for white space.
  const name = header.trim();
  return ignoredHeaders.includes(name) ? undefined : BY_HEADER.get(name.toLowerCase());
}
