// Why a file is refused as a whole: the catalogue (reasons.ts has the one for records), and a builder for each refusal that is not about
// the header (check-header.ts has those). A refused file changes no user, and every sentence says what to send instead.

import { grouped } from '../report/wording';
import type { CatalogueEntry } from './reasons';

const ROWS = {
  FILE_EMPTY: {
    title: 'Empty file',
    meaning: 'The file has no bytes, or only spaces and line breaks.',
    fix: 'Export the file again and upload it.',
  },
  NO_RECORDS: {
    title: 'No records',
    meaning: 'The file has a header line but nothing below it.',
    fix: 'Check the export: it found no users, or wrote no line breaks.',
  },
  HEADER_UNKNOWN: {
    title: 'Unknown column',
    meaning: 'A header is not an accepted name (and the setting unknownColumns is refuse), or a column without a name holds a value.',
    fix: 'Rename or remove the columns named in the message, or ask us to ignore unknown columns.',
  },
  HEADER_MISSING: {
    title: 'Required column missing',
    meaning: 'A required column is not in the header line, or the file has no header line.',
    fix: 'Put the column names in the first line, including all the required ones.',
  },
  HEADER_DUPLICATE: {
    title: 'Same column twice',
    meaning: 'Two columns have the same name, so it is not clear which one counts.',
    fix: 'Rename or remove one of them.',
  },
  HEADER_REPEATED: {
    title: 'Two tables in one file',
    meaning: 'A line below the header line holds column names, too, and not the same: the values below it belong in other columns.',
    fix: 'Put each table into a file of its own.',
  },
  DELIMITER: {
    title: 'Wrong delimiter',
    meaning:
      "The names in the header line are separated by a character other than the client's delimiter (setting delimiter), or each whole line is in double quotes.",
    fix: 'Export the file with the delimiter named in the message, or ask us to change the one we expect.',
  },
  ENCODING: {
    title: 'Wrong encoding',
    meaning:
      "The file is not valid text in the client's encoding (setting encoding), or it is UTF-8 although windows-1252 was agreed, which would garble names.",
    fix: 'Save the file as "CSV UTF-8", or ask us to change the encoding we expect.',
  },
  QUOTE_UNCLOSED: {
    title: 'Quote never closed',
    meaning: 'A quoted value has no closing quote, so everything after it would be one value.',
    fix: 'Close the quote on the line named in the message; double any quote inside a value.',
  },
  QUOTE_MISPLACED: {
    title: 'Quote in the wrong place',
    meaning: 'The header line has a space between a delimiter and a double quote, so the quotes are not recognised.',
    fix: 'Remove the spaces between delimiters and double quotes.',
  },
  NOT_CSV: {
    title: 'Not a CSV file',
    meaning: 'The file is a workbook, an archive, a picture, a web page, JSON, XML, PGP or RTF, or its name does not end in .csv.',
    fix: 'Save the table as CSV, under a name that ends in .csv.',
  },
  FILE_DAMAGED: {
    title: 'File damaged',
    meaning: 'The file holds zero bytes, which usually means that its end was never written to disk.',
    fix: 'Export the file again.',
  },
  TOO_LARGE: {
    title: 'File too large',
    meaning: 'The file has more bytes than the client may send at once (setting maxFileBytes).',
    fix: 'Split the file, and repeat the header line in each part.',
  },
  TOO_MANY_RECORDS: {
    title: 'Too many records',
    meaning: 'The file has more records than the client may send at once (setting maxRecords).',
    fix: 'Split the file, and repeat the header line in each part.',
  },
  RECORD_TOO_LONG: {
    title: 'Record too long',
    meaning:
      'One record is longer than 1 MiB. The usual cause is a quote closed in the wrong place, so that many lines are read as one, or a file without line breaks.',
    fix: 'Check the double quotes and the line breaks, starting at the line named in the message.',
  },
} satisfies Record<string, CatalogueEntry>;

export type RefusalCode = keyof typeof ROWS;
export const REFUSALS: Readonly<Record<RefusalCode, CatalogueEntry>> = ROWS;

/** While two versions run side by side, the newer one may have refused a file for a reason that the older one does not know. */
export function refusalWords(code: RefusalCode): Pick<CatalogueEntry, 'title' | 'meaning'> {
  const known: Partial<typeof REFUSALS> = REFUSALS;
  return known[code] ?? { title: 'File refused', meaning: 'This reason is described in a newer version of this program.' };
}

/** Why a file was refused as a whole. `line` = the line of the file to look at, where there is one. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly line?: number;
}

export function refusal(code: RefusalCode, message: string, line?: number): Refusal {
  return line === undefined ? { code, message } : { code, message, line };
}

export function refuseEmpty(): Refusal {
  return refusal('FILE_EMPTY', 'The file is empty. Export it again.');
}

export function refuseNoRecords(): Refusal {
  return refusal('NO_RECORDS', 'The file has a header line but no records. Check the export: it found no users.');
}

/** `line` = where the names of the other columns stand. */
export function refuseOtherTable(line: number): Refusal {
  const message = `Line ${line} holds column names again, but not those of the header line. Put each table into a file of its own.`;
  return refusal('HEADER_REPEATED', message, line);
}

/** `position` from 1; `line` = the first line with a value in the column. */
export function refuseNamelessColumn(position: number, line: number): Refusal {
  return refusal(
    'HEADER_UNKNOWN',
    `Column ${position} has no name in the header line, but holds a value on line ${line}. Name the column, or remove it.`,
    line,
  );
}

/** `line` = the first line that cannot be decoded; `expected` = the client's encoding, unless a byte order mark names another. */
export function refuseEncoding(line: number, encoding: string, expected: string): Refusal {
  const [whose, orElse] =
    encoding === expected
      ? ['the encoding we expect from you', ', or ask us to change the encoding']
      : ['as its first bytes say it is', ''];
  return refusal('ENCODING', `Line ${line} is not valid ${encoding.toUpperCase()}, ${whose}. Save the file as "CSV UTF-8"${orElse}.`, line);
}

/** Every other byte is zero, but there is no byte order mark. `expected` = the client's encoding. */
export function refuseUnmarkedUtf16(expected: string): Refusal {
  return refusal(
    'ENCODING',
    `The file looks like UTF-16 without a byte order mark, but we expect ${expected.toUpperCase()} from you. Save the file as "CSV UTF-8", or ask us to change the encoding.`,
    1,
  );
}

/** `line` = where the quote opens. */
export function refuseUnclosedQuote(line: number): Refusal {
  return refusal(
    'QUOTE_UNCLOSED',
    `The double quote that opens on line ${line} is never closed. Close it, or double it if it belongs to the value. If the file ends there, it was cut off: export it again.`,
    line,
  );
}

/** The file of a windows-1252 client in which every byte beyond ASCII is part of valid UTF-8. */
export function refuseGarbledUtf8(): Refusal {
  return refusal(
    'ENCODING',
    'The file is UTF-8, but we expect windows-1252 from you, so names would be garbled. Save it as windows-1252, or ask us to change the encoding to UTF-8.',
  );
}

/** `kind` = what it is instead, with its article: "an Excel workbook", "a ZIP archive", "a picture". */
export function refuseNotCsv(kind: string): Refusal {
  return refusal('NOT_CSV', `The file is not CSV: it looks like ${kind}. Open the table in the program it comes from and save it as CSV.`);
}

export function refuseWrongName(): Refusal {
  return refusal('NOT_CSV', 'The file name does not end in .csv. If the file is CSV, rename it; if not, save the table as CSV.');
}

/** `line` = the first line that holds them, if known. */
export function refuseDamaged(line?: number): Refusal {
  const where = line === undefined ? '' : ` from line ${line} on`;
  return refusal('FILE_DAMAGED', `The file is damaged or was cut off: it holds zero bytes${where}. Export it again.`, line);
}

export function refuseTooLarge(maxFileBytes: number): Refusal {
  return refusal('TOO_LARGE', `The file is larger than ${sizeOf(maxFileBytes)}. Split it, and repeat the header line in each part.`);
}

export function refuseTooManyRecords(maxRecords: number): Refusal {
  return refusal(
    'TOO_MANY_RECORDS',
    `The file has more than ${grouped(maxRecords)} records. Split it, and repeat the header line in each part.`,
  );
}

/** `line` = where the record starts. */
export function refuseLongRecord(line: number): Refusal {
  return refusal(
    'RECORD_TOO_LONG',
    `The record that starts on line ${line} is longer than 1 MiB. Check its double quotes: one is probably closed in the wrong place. If it has none, line breaks are missing: export the file again.`,
    line,
  );
}

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${units[unit]}`;
}
