// What a client calls a field: the header of its own file, or, where the file has no such column, the name that the column would have.

import { fieldOfHeader } from './field-of-header';
import { headerOf, type FieldName } from './fields';

/** `headers` null = the file was not read. */
export function headerInFile(headers: readonly string[] | null, field: FieldName): string {
  return headers?.find((header) => fieldOfHeader(header) === field)?.trim() ?? headerOf(field);
}
