// Rows of one person are found however the file writes their id, and taken out of our own files without touching a byte of the others.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countPersonRows, dropPersonRows } from '../../../src/adapters/csv/person-rows';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'person-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  writeFileSync(path.join(folder, 'x.csv'), content);
  return path.join(folder, 'x.csv');
}

test.each([
  ['as it is', 'unique_id,city\r\n0042,Ulm\r\n', 1],
  ['in any column', 'city,UNIQUE_ID \r\nUlm,0042\r\n', 1],
  ['of an Agylia client', 'line,username,result\n2,0042,success\n3,42,success\n', 1],
  ['quoted, with blanks around', 'unique_id,city\n" 0042 ",Ulm\n"0042","a\nb"\n', 2],
  ["as Excel's text", 'unique_id\n"=""0042"""\n', 1],
  ['not where only another cell says it', 'unique_id,city\n7,0042\n', 0],
  ['not for an id that is longer, or shorter', 'unique_id\n00421\n042\n', 0],
  ['behind records that make no sense', 'unique_id,city\n1,a"b\n1,2,3,4\n0042\n', 1],
  ['not in a file without such a column', 'name\n0042\n', 0],
  ['in a file with a quotation mark that is never closed', 'unique_id,city\n"7",Ulm\n7,"Ulm\n0042,Bonn\n', 1],
  ['behind a quotation mark that runs a mebibyte together', `"unique_id",city\n7,"Ulm\n${'8,Bonn\n'.repeat(150_000)}0042,Ulm\n`, 1],
])('a row is found %s', async (_how, content, rows) => {
  expect(await countPersonRows({ path: file(content), encoding: 'utf-8', delimiter: ',' }, '0042')).toBe(rows);
});

test.each(['utf-16le', 'windows-1252'] as const)('a file in %s is read with its own delimiter', async (encoding) => {
  const text = 'unique_id;city\r\nJosé;Ulm\r\n';
  const bytes = encoding === 'utf-16le' ? Buffer.from(`\u{feff}${text}`, 'utf16le') : Buffer.from(text, 'latin1');
  expect(await countPersonRows({ path: file(bytes), encoding, delimiter: ';' }, 'José')).toBe(1);
});

test('a mark at the beginning of a file says more of its encoding than the settings', async () => {
  const bytes = Buffer.from('\u{feff}unique_id,city\r\nJosé,Ulm\r\n', 'utf16le');
  for (const marked of [bytes, Buffer.from(bytes).swap16(), Buffer.from(bytes.toString('utf16le'))])
    for (const encoding of ['utf-8', 'windows-1252'] as const)
      expect(await countPersonRows({ path: file(marked), encoding, delimiter: ',' }, 'José')).toBe(1);
});

test.each([',', ';'])(
  'between %s the other rows keep every byte, a neutralised id is found, and a second time there is nothing to do',
  async (delimiter) => {
    const between = (text: string) => text.replaceAll(',', delimiter);
    const head = between('\u{feff}unique_id,city,error_reason\r\n');
    const others = ['7,"a ""quoted""\r\ntown",why\r\n', '8,  blank  ,\r\n', "'=cmd,x,y\r\n"].map(between);
    const theirs = ['0042,Ulm,why\r\n', "'-0042,a,b\r\n", '0042,Ulm,again\r\n'].map(between);
    const at = file(`${head}${others[0]}${theirs[0]}${others[1]}${theirs[1]}${others[2]}${theirs[2]}`);
    expect(await dropPersonRows({ path: at, delimiter }, '0042')).toBe(2);
    expect(readFileSync(at, 'utf8')).toBe(`${head}${others[0]}${others[1]}${theirs[1]}${others[2]}`);
    expect(await dropPersonRows({ path: at, delimiter }, '-0042')).toBe(1);
    expect(readFileSync(at, 'utf8')).toBe(`${head}${others.join('')}`);
    expect(await dropPersonRows({ path: at, delimiter }, '0042')).toBe(0);
  },
);
