// What stays of a failed-records file that is too large for mail.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { cutAttachment } from '../../../src/adapters/mail/cut-attachment';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'cut-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function cut(text: string, maxBytes: number) {
  const from = path.join(dir, 'whole.csv');
  const to = path.join(dir, 'cut.csv');
  await writeFile(from, text);
  const result = await cutAttachment(from, to, maxBytes);
  return { result, text: result === null ? null : await readFile(result.path, 'utf8') };
}

test.each([
  ['ends where a record ends', 'a,b\r\n1,2\r\n3,4\r\n', 12, 'a,b\r\n1,2\r\n', 1],
  ['keeps a record that just fits', 'a,b\n1,2\n3,4\n5,6\n', 12, 'a,b\n1,2\n3,4\n', 2],
  ['takes a line break inside quotes for a part of its record', 'a\n"1\n1"\n"2\n2"\n', 12, 'a\n"1\n1"\n', 1],
  ['is not confused by doubled quotes', 'a\n"say ""\n"\n"x"\n', 13, 'a\n"say ""\n"\n', 1],
  ['keeps the byte order mark', '\uFEFFa\n1\n2\n', 8, '\uFEFFa\n1\n', 1],
  ['never cuts a character in two', 'a\né\né\n', 7, 'a\né\n', 1],
  ['keeps the header alone when no record fits', 'a\n1111111111\n', 6, 'a\n', 0],
])('%s', async (_guarantee, whole, maxBytes, expected, records) => {
  const { result, text } = await cut(whole, maxBytes);
  expect(text).toBe(expected);
  expect(result?.records).toBe(records);
});

test('leaves a file that fits alone and writes nothing', async () => {
  expect((await cut('a\n1\n', 4)).result).toBeNull();
  expect(await readdir(dir)).toEqual(['whole.csv']);
});

test('gives the same again when it is repeated, and leaves nothing else behind', async () => {
  const first = await cut('a\n1\n2\n', 5);
  expect(await cut('a\n1\n2\n', 5)).toEqual(first);
  expect((await readdir(dir)).toSorted()).toEqual(['cut.csv', 'whole.csv']);
});

test('whatever the records hold, what is left is their beginning, as many as it says', async () => {
  const cell = fc.stringMatching(/^[a",;\r\né ]{0,8}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 30 }), fc.nat(100), async (rows, share) => {
      const whole = stringify([['h1', 'h2', 'h3'], ...rows], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
      const { result, text } = await cut(whole, 12 + Math.floor((Buffer.byteLength(whole) * share) / 101));
      if (text === null || result === null) return;
      const records = parse(text, { relax_column_count: false });
      expect(records).toEqual(parse(whole).slice(0, result.records + 1));
    }),
    { numRuns: 200 },
  );
});
