// Column names: which are accepted, whether cells are names rather than somebody's data (which tells a header line that came again, or one that is
// not the first), and what a client calls a field: the header of its own file, or the name that the column would have.

import type { ClientSettings } from '../client';
import { fieldsOf, PROFILES } from '../client/profiles';
import { REPORT_HEADERS, AGYLIA_FIELDS, FIELDS, headerOf, type FieldName } from '../record/fields';
import { bare } from './suggest-name';
import type { FileLayout } from '../import-run';

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

/** Which field a header of an accepted file stands for. None that was skipped, though it may be a column of another profile. */
export function fieldOfHeader(header: string, { ignoredHeaders }: Pick<FileLayout, 'ignoredHeaders'>): FieldName | undefined {
  // String.prototype.trim takes a byte order mark for white space.
  const name = header.trim();
  return ignoredHeaders.includes(name) ? undefined : BY_HEADER.get(name.toLowerCase());
}
