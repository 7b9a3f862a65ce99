// Which files are refused as a whole, and what their one sentence points at.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ClientSettings } from '../../../src/domain/client';
import type { Refusal } from '../../../src/domain/reason/refusals';
import { REPORT_HEADERS } from '../../../src/domain/record/fields';
import { acceptedFile, HEADER, inspectFile, refusalOf } from './on-disk';

const good = `${HEADER}\n1,OPSCOM,Ann\n`;
const wide = (text: string) => Buffer.from(text, 'utf16le');
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const block = 'x'.repeat(256 * 1024);

interface Case {
  readonly title: string;
  readonly content: string | Buffer;
  readonly fileName?: string;
  readonly settings?: Partial<ClientSettings>;
  readonly code: Refusal['code'];
  readonly line?: number;
  readonly says?: string;
}

const cases: readonly Case[] = [
  { title: 'a name that does not end in .csv', content: good, fileName: 'users.txt', code: 'NOT_CSV', says: '.csv' },
  { title: 'a workbook under the name of a CSV file', content: bytes('PK', [3, 4], ' xl/workbook.xml'), code: 'NOT_CSV', says: 'workbook' },
  { title: 'a workbook under its own name', content: bytes('PK', [3, 4]), fileName: 'users.xlsx', code: 'NOT_CSV', says: 'workbook' },
  { title: 'an old workbook', content: Buffer.from('d0cf11e0a1b11ae100', 'hex'), code: 'NOT_CSV', says: 'Excel' },
  { title: 'a PDF document', content: '%PDF-1.7\n', code: 'NOT_CSV', says: 'PDF' },
  { title: 'a compressed file', content: Buffer.from('1f8b0800', 'hex'), code: 'NOT_CSV', says: 'compressed' },
  { title: 'a picture', content: Buffer.from('89504e470d0a1a0a', 'hex'), code: 'NOT_CSV', says: 'picture' },
  { title: 'a zero byte', content: bytes(good, [0], '2,OPSCOM,Bea\n'), code: 'FILE_DAMAGED', line: 3, says: 'cut off' },
  { title: 'zero bytes behind what is no text', content: bytes([1, 2, 3], 'a\n', [0]), code: 'NOT_CSV', says: 'binary' },
  { title: 'nothing but zero bytes', content: bytes([0, 0, 0]), code: 'FILE_DAMAGED' },

  { title: 'zero bytes far behind the beginning', content: bytes(good, `2,OPSCOM,${block}\n`, [0, 0]), code: 'FILE_DAMAGED', line: 4 },

  { title: 'zero bytes in the header line', content: bytes('unique_id,login_so', [0]), code: 'FILE_DAMAGED', line: 1 },
  { title: 'zero bytes behind Ctrl-Z', content: bytes(good, [0x1a, 0, 0]), code: 'FILE_DAMAGED', line: 3 },

  { title: 'no bytes', content: '', code: 'FILE_EMPTY' },
  { title: 'nothing but a byte order mark', content: '\ufeff', code: 'FILE_EMPTY' },
  { title: 'nothing but the byte order mark of UTF-16', content: Buffer.from([0xff, 0xfe]), code: 'FILE_EMPTY' },
  { title: 'nothing but blanks and line ends', content: ' \r\n\n  \r', code: 'FILE_EMPTY' },
  { title: 'a header and nothing below it', content: HEADER, code: 'NO_RECORDS' },
  { title: 'a header and blank lines', content: `${HEADER}\r\n\r\n  \r\n`, code: 'NO_RECORDS' },
  {
    title: 'an unknown header',
    content: 'unique_id,login_source,frist_name\n1,OPSCOM,Ann\n',
    code: 'HEADER_UNKNOWN',
    line: 1,
    says: 'first_name',
  },
  {
    title: 'a required header that is missing',
    content: 'login_source,first_name\nOPSCOM,Ann\n',
    code: 'HEADER_MISSING',
    says: 'unique_id',
  },
  { title: 'a bad header even when text further down cannot be decoded', content: bytes('a,b\n1,', [0xff]), code: 'HEADER_MISSING' },

  {
    title: 'other columns below the first table',
    content: `${good}unique_id,login_source,last_name\n2,OPSCOM,Bea\n`,
    code: 'HEADER_REPEATED',
    line: 3,
    says: 'a file of its own',
  },
  {
    title: 'words for the columns in another order below the first table',
    content: 'unique_id,login_source,first_name,last_name\n1,OPSCOM,Ann,Lee\nStudent ID,Login,Surname,First name\n2,OPSCOM,Roy,Bob\n',
    code: 'HEADER_REPEATED',
    line: 3,
  },
  {
    title: 'the same columns in another order below the first table, at an Agylia client',
    content: 'username,forename,surname\nann,Ann,Lee\nUsername,Surname,Forename\nbob,Ray,Bob\n',
    settings: { profile: 'agylia' },
    code: 'HEADER_REPEATED',
    line: 3,
  },

  { title: 'more bytes than allowed', content: good, settings: { maxFileBytes: good.length - 1 }, code: 'TOO_LARGE' },
  { title: 'more records than allowed', content: `${good}2,OPSCOM,Bea\n`, settings: { maxRecords: 1 }, code: 'TOO_MANY_RECORDS' },

  { title: 'a byte that is no UTF-8', content: bytes(good, '2,OPSCOM,Ren', [0xe9], '\n'), code: 'ENCODING', line: 3, says: 'UTF-8' },
  { title: 'such a byte below quoted line ends', content: bytes(HEADER, '\r\n1,OPSCOM,"a\r\nb"\r\n2,', [0xff]), code: 'ENCODING', line: 4 },
  { title: 'such a byte below lone CRs', content: bytes(HEADER, '\r1,OPSCOM,Ann\r2,OPSCOM,', [0xff]), code: 'ENCODING', line: 3 },
  { title: 'such a byte in the header', content: bytes([0xe9], ',b\n'), code: 'ENCODING', line: 1 },
  { title: 'a character that is cut off at the end', content: bytes(good, '2,OPSCOM,Ren', [0xc3]), code: 'ENCODING', line: 3 },
  {
    title: 'a byte that is not assigned in windows-1252',
    content: bytes(good, '2,OPSCOM,', [0x80, 0x81]),
    settings: { encoding: 'windows-1252' },
    code: 'ENCODING',
    line: 3,
    says: 'WINDOWS-1252',
  },
  {
    title: 'half a pair in UTF-16',
    content: wide(`\ufeff${good}2,OPSCOM,\ud83dx\n`),
    code: 'ENCODING',
    line: 3,
    says: 'UTF-16LE, as its first bytes say it is. Save the file as "CSV UTF-8".',
  },
  {
    title: 'UTF-16BE where UTF-16LE was agreed',
    content: wide(good).swap16(),
    settings: { encoding: 'utf-16le' },
    code: 'ENCODING',
    line: 1,
  },
  { title: 'half a character in UTF-16', content: Buffer.concat([wide(`\ufeff${good}`), Buffer.from('x')]), code: 'ENCODING', line: 3 },
  { title: 'UTF-16 without its mark', content: wide(good), code: 'ENCODING', line: 1, says: 'looks like UTF-16' },
  { title: 'plain text where UTF-16 was agreed', content: good, settings: { encoding: 'utf-16le' }, code: 'ENCODING', line: 1 },

  { title: 'a quote that is never closed', content: `${good}2,OPSCOM,"Bea\n3,OPSCOM,Cid\n`, code: 'QUOTE_UNCLOSED', line: 3 },
  { title: 'a quote in the header that is never closed', content: `unique_id,"login_source\n1,OPSCOM\n`, code: 'QUOTE_UNCLOSED', line: 1 },
  {
    title: 'a quote that opens on the second line of its record',
    content: `${good}2,"OPS\nCOM","Bea\n3,OPSCOM,Cid\n`,
    code: 'QUOTE_UNCLOSED',
    line: 4,
  },
  {
    title: 'a quote that runs into the next one, naming where it opened',
    content: `${good}2,OPSCOM,"Bea\n3,OPSCOM,Cid\n4,OPSCOM,"Dan"\n5,OPSCOM,Eve\n`,
    code: 'QUOTE_UNCLOSED',
    line: 3,
  },
  {
    title: 'a quote that is never closed, with more than 1 MiB behind it',
    content: `${good}2,OPSCOM,"Bea\n${block.repeat(9)}\n`,
    code: 'QUOTE_UNCLOSED',
    line: 3,
  },
  {
    title: 'a quote that meets the next one, and text, after more than 1 MiB',
    content: `${good}2,OPSCOM,"Bea ""B""\n${block.repeat(9)}\n3,OPSCOM,"Cid"\n`,
    code: 'QUOTE_UNCLOSED',
    line: 3,
  },
  {
    title: 'a quoted record of more than 1 MiB',
    content: `${good}2,OPSCOM,"Bea\n${block.repeat(9)}""\n"\n3,OPSCOM,Cid\n`,
    code: 'RECORD_TOO_LONG',
    line: 3,
  },
  {
    title: 'a last quoted record of more than 1 MiB without a line end',
    content: `${good}2,OPSCOM,"${block.repeat(9)}"`,
    code: 'RECORD_TOO_LONG',
    line: 3,
  },
  {
    title: 'bytes that are no text, in a quote that runs for more than 1 MiB',
    content: bytes(`${good}2,OPSCOM,"\n${block.repeat(9)}\n`, [0xff], '"\n'),
    code: 'ENCODING',
    line: 5,
  },
  { title: 'a record of more than 1 MiB', content: `${good}\n2,OPSCOM,${block.repeat(5)}\n`, code: 'RECORD_TOO_LONG', line: 4 },
  { title: 'a last record of more than 1 MiB', content: `${good}2,OPSCOM,${block.repeat(5)}`, code: 'RECORD_TOO_LONG', line: 3 },
];

const MIB = 1024 * 1024;
const recordOf = (length: number) => `2,OPSCOM,"${'x'.repeat(length - '2,OPSCOM,""'.length)}"`;

test.each(['\n', '\r\n', '\r', ''])('a record may have 1 MiB and no byte more, whatever ends it: %j', async (end) => {
  for (const before of ['', '9,OPSCOM,Zoe\n'.repeat(20_000)]) {
    const { verdict } = await acceptedFile(`${good}${before}${recordOf(MIB)}${end}`);
    expect(verdict.records).toBe(before === '' ? 2 : 20_002);
    expect(await refusalOf(`${good}${before}${recordOf(MIB + 1)}${end}`)).toMatchObject({ code: 'RECORD_TOO_LONG' });
  }
});

const header = 'unique_id,login_source,first_name,email';

test.each([
  ['an LDIF export', 'dn: uid=ana,dc=uni\nuid: ana\n', 'LDIF'],
  ['an e-mail', 'Return-Path: <a@b.example>\nReceived: from x\n\nHello\n', 'e-mail'],
  ['a database dump', '-- MySQL dump 10.13\n\nINSERT INTO users VALUES (1);\n', 'SQL'],
  ['a statement', 'CREATE TABLE users (unique_id int,login_source int);\n', 'SQL'],
  ['YAML', '---\n- unique_id: 1\n', 'YAML'],
  ['a script', '#!/bin/sh\n', 'program'],
  ['an SSH key', 'ssh-ed25519 AAAAC3Nz ana@host\n', 'key'],
  ['Base64', `${Buffer.from(good.repeat(3)).toString('base64')}\n`, 'Base64'],
  ['uuencode', 'begin 644 users.csv\n#0V%T\n', 'uuencode'],
  ['a PGP message without armour', Buffer.from('85010c03a1b2c3', 'hex'), 'PGP'],
  ['UTF-32', Buffer.from('fffe000075000000', 'hex'), 'UTF-32'],
  ['an error', 'ORA-00942: table or view does not exist\n', 'error'],
  ['an answer', '404: Not Found', 'error'],
  ['SYLK', 'ID;PWXL;N;E\nP;PGeneral\n', 'SYLK'],
])('refuses %s and says what it looks like', async (_, content, says) => {
  const { code, message } = await refusalOf(content);
  expect(code).toBe('NOT_CSV');
  expect(message).toContain(says);
});

test.each([
  ['names that begin like SYLK', 'ID;Phone;First\n1;2;3\n', 'HEADER_MISSING', '"Phone" (did you mean phone_cell?)'],
  [
    'another delimiter than the line sep= says',
    'sep=,\nunique_id;login_source\n1;O\n',
    'DELIMITER',
    'separated by semicolons. Remove the first',
  ],
  ['names between several delimiters', 'unique_id;login_source,first_name\n1;O,a\n', 'DELIMITER', 'by different characters'],
  ['marks around the names', '`unique_id`,`login_source`\n1,O\n', 'HEADER_MISSING', '"`unique_id`" (did you mean unique_id?)'],
  ['a table drawn with bars and blanks', ' unique_id | login_source \n-----------+--------\n 1 | O\n', 'DELIMITER', 'vertical bars'],
  ['a delimiter that nobody sees', 'unique_id\u001flogin_source\n1\u001fO\n', 'DELIMITER', 'U+001F'],
  ['records behind the names, where line breaks are lost', `${header},7,OPSCOM,Ana,ana@b.example`, 'NO_RECORDS', 'is one line'],
  ['records behind the names, below line ends of another kind', `${header}\u20287,OPSCOM,Ana,ana@b.example`, 'NO_RECORDS', 'is one line'],
  ['an unknown column of a file without records', `${header},shoe_size\n`, 'HEADER_UNKNOWN', 'shoe_size'],
])('refuses %s, and says just that', async (_, content, code, says) => {
  const refusal = await refusalOf(content);
  expect(refusal.code).toBe(code);
  expect(refusal.message).toContain(says);
  expect(refusal.message).not.toContain('Ana');
});

test.each(cases)('refuses $title', async ({ content, fileName, settings, code, line, says }) => {
  const refusal = await refusalOf(content, settings, fileName);
  expect({ ...refusal, message: undefined }).toEqual({
    code,
    message: undefined,
    ...(refusal.line === undefined ? {} : { line: line ?? refusal.line }),
  });
  if (line !== undefined) expect(refusal.line).toBe(line);
  expect(refusal.message).toContain(says ?? '');
});

test.each([
  [
    'the same header line again, in a failed-records file that comes back',
    `${HEADER},${REPORT_HEADERS.join()}\n1,OPSCOM,Ann,9033,first_name,why,2\n${HEADER},HEADER_REPEATED,,why,3\n`,
    {},
  ],
  [
    'names for people below the names for programs',
    `${HEADER},employee_phone\nStudent ID,Login source,First name,Phone\n1,OPSCOM,Ann,613\n`,
    {},
  ],
  [
    'another word for a column that is ignored',
    `${HEADER},tel\nStudent ID,Login source,First name,Telephone\n1,OPSCOM,Ann,613\n`,
    { unknownColumns: 'ignore' },
  ],
] as const)('does not refuse %s', async (_, content, settings) => {
  expect((await acceptedFile(content, settings)).verdict.records).toBe(2);
});

test.each([0, 1, 2, 3, 4])('names the line of a bad byte %i bytes behind the edge of a block', async (behind) => {
  // 256 KiB at a time: a line end, a character or a bad byte may lie across the edge.
  for (const lineEnd of ['\r\n', '\n', '\r']) {
    const start = `${HEADER}${lineEnd}1,OPSCOM,`;
    const filling = 'é'.repeat((256 * 1024 - start.length - 8) / 2);
    const content = bytes(start, filling, lineEnd, `2,O${lineEnd}`, 'x'.repeat(behind), [0xf0, 0x9f], 'x');
    expect(await refusalOf(content)).toMatchObject({ code: 'ENCODING', line: 4 });
  }
});

test('a refused file is hashed to its end, so that it is known when it comes again', async () => {
  const content = bytes('a,b\n', block.repeat(3));
  const { inspection, files } = await inspectFile(content);
  expect(inspection).toMatchObject({ sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length });
  expect(existsSync(files.idsPath)).toBe(false);
});

test('an accepted file is hashed byte for byte, whatever its encoding', async () => {
  for (const content of [Buffer.from(`\ufeff${good}`), wide(`\ufeff${good}`)]) {
    const { inspection } = await inspectFile(content);
    expect(inspection.verdict.kind).toBe('accepted');
    expect(inspection).toMatchObject({ sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length });
  }
});

test('a record of 900 KiB is long, and a record', async () => {
  const { inspection } = await inspectFile(`${good}2,OPSCOM,"${'x'.repeat(900 * 1024)}"\n3,OPSCOM,Cid\n`);
  expect(inspection.verdict).toMatchObject({ kind: 'accepted', records: 3 });
});
