// Recognises a file that is not a table at all: by the signature of its format, or by how its text begins.

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
  ['fffe0000', 'text in UTF-32'],
  ['0000feff', 'text in UTF-32'],
  // Encrypted by GnuPG: to an RSA, Elgamal or ECDH key, or with a password.
  ['85010c03', 'an encrypted file (PGP)'],
  ['85020c03', 'an encrypted file (PGP)'],
  ['85040c03', 'an encrypted file (PGP)'],
  ['845e0312', 'an encrypted file (PGP)'],
  ['8c0d0409', 'an encrypted file (PGP)'],
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
  [/^ID;P\w*(?:;[NE])*\s*\n[BCFOP];/, 'a SYLK spreadsheet'],
  [/^TABLE\s+0,1\s/, 'a DIF spreadsheet'],
  [/^(?:version: ?1\s+)?dn:{1,2} /i, 'a directory export (LDIF)'],
  [
    /^(?:(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type): |From \S+@)/i,
    'an e-mail message',
  ],
  [
    /^(?:-- .*\bdump\b|(?:(?:--|\/\*).*\n\s*)*(?:create (?:table|database)|drop table|insert into|lock tables)\s)/i,
    'a database script (SQL)',
  ],
  [/^---\s*\n/, 'a YAML document'],
  [/^#!/, 'a program'],
  [/^(?:ssh-(?:rsa|dss|ed25519) AAAA|PuTTY-User-Key-File)/, 'a certificate or a key'],
  [/^(?:begin \d{3} \S|[A-Za-z\d+/]{60,}={0,2}(?:\s|$))/, 'a file encoded for e-mail (Base64 or uuencode)'],
  [
    /^(?:HTTP\/\d|\d{3}:? (?:unauthorized|forbidden|not found)|Traceback \(most recent|ORA-\d{5}|ERROR \d+ \()/i,
    'the error message of a program',
  ],
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
