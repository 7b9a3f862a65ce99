// What a file is that is no table at all: by the signature of its format, or by how its text begins.

import type { FileLayout } from '../../domain/import-run';

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['504b0304', 'a workbook or a ZIP archive'],
  ['504b0506', 'a ZIP archive'],
  ['d0cf11e0a1b11ae1', 'an old Excel workbook'],
  ['25504446', 'a PDF document'],
  ['1f8b', 'a compressed file'],
  ['425a68', 'a compressed file'],
  ['fd377a585a00', 'a compressed file'],
  ['28b52ffd', 'a compressed file'],
  ['377abcaf271c', 'a 7-Zip archive'],
  ['526172211a07', 'a RAR archive'],
  ['89504e470d0a1a0a', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['47494638', 'a picture'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
];

/** No header line begins like one of these. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^<(?:!doctype\s+html|html|head|body|meta|title|script|table|div|p|br|center)\b/i, 'a web page (HTML)'],
  [/^<!--[^]*<html\b/i, 'a web page (HTML)'],
  [/^<[?!a-z]/i, 'an XML document'],
  [/^\{\\rtf/i, 'a document of a word processor (RTF)'],
  [/^(?:\{\s*["}]|\[\s*(?:[[{"\]]|\d))/, 'the answer of a program (JSON)'],
  [/^-----BEGIN PGP/, 'an encrypted or signed message (PGP)'],
  [/^-----BEGIN [A-Z ]+-----/, 'a certificate or a key'],
  [/^age-encryption\.org\//, 'an encrypted file (age)'],
  [/^BEGIN:V(?:CARD|CALENDAR)\b/i, 'an address card or a calendar'],
  [/^ID;P/, 'a SYLK spreadsheet'],
];

/** As a noun with its article; undefined = it may well be a table. */
export function looksLike(head: Buffer, bomBytes: number, encoding: FileLayout['encoding']): string | undefined {
  const hex = head.subarray(0, 8).toString('hex');
  const signature = SIGNATURES.find(([start]) => hex.startsWith(start));
  if (signature !== undefined) return signature[1];
  const text = beginning(head.subarray(bomBytes, bomBytes + 1024), encoding).trimStart();
  return BEGINNINGS.find(([pattern]) => pattern.test(text))?.[1];
}

function beginning(bytes: Buffer, encoding: FileLayout['encoding']): string {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  if (encoding === 'utf-16le') return even.toString('utf16le');
  if (encoding === 'utf-16be') return Buffer.from(even).swap16().toString('utf16le');
  return bytes.toString('latin1');
}
