// What a client calls a field: the header of its own file, or, where the file has no such column, the name that the column would have.

import { fieldOfHeader } from './field-of-header';
import { headerOf, type FieldName } from '../record/fields';
import { PROFILES } from '../client/profiles';

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
