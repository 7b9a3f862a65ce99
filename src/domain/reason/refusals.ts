// Why a file is refused as a whole: the catalogue (its other half is reasons.ts), and one builder for each refusal that is not about the
// header (check-header.ts writes those). A refused file changes no user, and every sentence says what to send instead.

import type { CatalogueEntry, Refusal, RefusalCode } from './reasons';

export const REFUSALS: Readonly<Record<RefusalCode, CatalogueEntry>> = {
  FILE_EMPTY: {
    title: 'Empty file',
    meaning: 'The file has no bytes, or nothing but blanks and line ends.',
    fix: 'Export the file again and upload it.',
  },
  NO_RECORDS: {
    title: 'No records',
    meaning: 'The file has a header line and nothing below it.',
    fix: 'Check the export: it found no users. Upload a file that has some.',
  },
  HEADER_UNKNOWN: {
    title: 'Unknown column',
    meaning:
      'A header is none of the accepted names, or a column without a name holds a value, and the client does not ignore unknown columns (setting unknownColumns).',
    fix: 'Rename or remove the columns that the message names, or ask us to ignore unknown columns.',
  },
  HEADER_MISSING: {
    title: 'Required column missing',
    meaning: 'A required column is not in the header line, or the file has no header line.',
    fix: 'Put the column names into the first line, with all required ones.',
  },
  HEADER_DUPLICATE: {
    title: 'Same column twice',
    meaning: 'Two columns have the same name, so nothing says which one counts.',
    fix: 'Rename or remove one of them.',
  },
  DELIMITER: {
    title: 'Wrong delimiter',
    meaning:
      "The header line is there, but its names are separated by another character than the client's (setting delimiter), or each line as a whole is in double quotes.",
    fix: 'Export the file with the delimiter that the message names, or ask us to change the one we expect.',
  },
  ENCODING: {
    title: 'Wrong encoding',
    meaning:
      "The bytes of the file are not text in the client's encoding (setting encoding), or are UTF-8 where windows-1252 was agreed, so that names would be garbled.",
    fix: 'Save the file as "CSV UTF-8", or ask us to change the encoding we expect.',
  },
  QUOTE_UNCLOSED: {
    title: 'Quote never closed',
    meaning: 'A quoted value has no closing quote, so everything behind it would be one value.',
    fix: 'Close the quote on the line that the message names; write a quote inside a value twice.',
  },
  QUOTE_MISPLACED: {
    title: 'Quote in the wrong place',
    meaning: 'In the header line a blank stands between the delimiter and a double quote, so the quotes do not count.',
    fix: 'Remove the blanks between delimiters and double quotes.',
  },
  NOT_CSV: {
    title: 'Not a CSV file',
    meaning: 'The file is a workbook, an archive, a picture, a web page, JSON, XML, PGP or RTF, or its name does not end in .csv.',
    fix: 'Save the table as CSV. A table that is CSV needs a name that ends in .csv.',
  },
  FILE_DAMAGED: {
    title: 'File damaged',
    meaning: 'The file holds zero bytes: they fill a file whose end never reached the disk.',
    fix: 'Export the file again.',
  },
  TOO_LARGE: {
    title: 'File too large',
    meaning: 'The file has more bytes than the client may send at once (setting maxFileBytes).',
    fix: 'Split the file, with the header line in each part.',
  },
  TOO_MANY_RECORDS: {
    title: 'Too many records',
    meaning: 'The file has more records than the client may send at once (setting maxRecords).',
    fix: 'Split the file, with the header line in each part.',
  },
  RECORD_TOO_LONG: {
    title: 'Record too long',
    meaning: 'One record is longer than 1 MiB. Usually a quote is closed in the wrong place, so that many lines read as one.',
    fix: 'Look at the quotes from the line that the message names on.',
  },
};

export function refusal(code: RefusalCode, message: string, line?: number): Refusal {
  return line === undefined ? { code, message } : { code, message, line };
}

export function refuseEmpty(): Refusal {
  return refusal('FILE_EMPTY', 'The file is empty. Export it again and upload it; nothing was changed.');
}

export function refuseNoRecords(): Refusal {
  return refusal('NO_RECORDS', 'The file has a header line but no records. Check the export and upload a file with at least one user.');
}

/** `position` from 1; `line` = the first line with a value in the column. */
export function refuseNamelessColumn(position: number, line: number): Refusal {
  return refusal(
    'HEADER_UNKNOWN',
    `Column ${position} has no name in the header line, and holds a value on line ${line}. Give it a name, or remove it.`,
    line,
  );
}

/** `line` = the first line that cannot be decoded. */
export function refuseEncoding(line: number, encoding: string): Refusal {
  return refusal(
    'ENCODING',
    `Line ${line} is not text in ${encoding.toUpperCase()}, the encoding we expect from you. Save the file as "CSV UTF-8", or ask us to change the encoding.`,
    line,
  );
}

/** Every other byte is zero, and no byte order mark says so. `expected` = the client's encoding. */
export function refuseUnmarkedUtf16(expected: string): Refusal {
  return refusal(
    'ENCODING',
    `The file looks like UTF-16 without a byte order mark, and we expect ${expected.toUpperCase()} from you. Save the file as "CSV UTF-8", or ask us to change the encoding.`,
    1,
  );
}

/** `line` = where the quote opens. */
export function refuseUnclosedQuote(line: number): Refusal {
  return refusal(
    'QUOTE_UNCLOSED',
    `A double quote that opens on line ${line} is never closed. Close it, or write it twice where it belongs to the value. If the file ends there, it was cut off: send it again.`,
    line,
  );
}

/** A windows-1252 client's file in which every byte beyond ASCII belongs to valid UTF-8. */
export function refuseGarbledUtf8(): Refusal {
  return refusal(
    'ENCODING',
    'The file is UTF-8, and we expect windows-1252 from you: its names would be garbled. Save it as windows-1252, or ask us to change the encoding to UTF-8.',
  );
}

/** `kind` = what it is instead, as a noun with its article: "an Excel workbook", "a ZIP archive", "a picture". */
export function refuseNotCsv(kind: string): Refusal {
  return refusal('NOT_CSV', `The file is not CSV: it looks like ${kind}. Open the table in the program it comes from and save it as CSV.`);
}

export function refuseWrongName(): Refusal {
  return refusal('NOT_CSV', 'The name of the file does not end in .csv. If the file is CSV, rename it so that its name ends in .csv.');
}

/** `line` = the first line that holds them, where it is known. */
export function refuseDamaged(line?: number): Refusal {
  const where = line === undefined ? '' : ` from line ${line} on`;
  return refusal('FILE_DAMAGED', `The file is damaged or was cut off: it holds zero bytes${where}. Export it again.`, line);
}

export function refuseTooLarge(maxFileBytes: number): Refusal {
  return refusal('TOO_LARGE', `The file is larger than ${sizeOf(maxFileBytes)}. Split it, with the header line in each part.`);
}

export function refuseTooManyRecords(maxRecords: number): Refusal {
  return refusal('TOO_MANY_RECORDS', `The file has more than ${maxRecords} records. Split it, with the header line in each part.`);
}

/** `line` = where the record starts. */
export function refuseLongRecord(line: number): Refusal {
  return refusal(
    'RECORD_TOO_LONG',
    `The record that starts on line ${line} is longer than 1 MiB. Look at its double quotes: one is probably closed in the wrong place.`,
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
