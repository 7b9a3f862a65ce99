// What a client calls a field: the header of its own file, or, where the file has no such column, the name that the column would have.

import { fieldOfHeader } from './field-of-header';
import { headerOf, type FieldName } from './fields';
import { PROFILES } from './profiles';

/** `headers` null = the file was not read. */
export function headerInFile(headers: readonly string[] | null, field: FieldName): string {
  return headers?.find((header) => fieldOfHeader(header) === field)?.trim() ?? headerInTable(headers ?? [], field);
}

/** By the table that says who a user is as the file does. */
function headerInTable(headers: readonly string[], field: FieldName): string {
  const identity = headers
    .find((header) => fieldOfHeader(header) === 'uniqueId')
    ?.trim()
    .toLowerCase();
  const table = Object.values(PROFILES).find(({ fields }) => fields.some(({ headers: [first] }) => first === identity));
  return table?.fields.find(({ name }) => name === field)?.headers[0] ?? headerOf(field);
}
