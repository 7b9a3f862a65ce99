// Which rows a file holds, on which physical lines, and what a quote in the wrong place costs.

import type { RawRow } from '../../../src/domain/record/record';
import { acceptedFile, HEADER, readAll, rowsOf } from './on-disk';

const misplaced = 'QUOTE_MISPLACED';
const row = (line: number, ...cells: string[]): RawRow => ({ line, cells });

const cases: readonly (readonly [title: string, text: string, rows: readonly RawRow[]])[] = [
  ['counts the header as line 1', `${HEADER}\n1,O,a\n`, [row(2, '1', 'O', 'a')]],
  ['needs no line end at the end', `${HEADER}\n1,O,a`, [row(2, '1', 'O', 'a')]],
  ['counts CRLF once', `${HEADER}\r\n1,O,a\r\n2,O,b\r\n`, [row(2, '1', 'O', 'a'), row(3, '2', 'O', 'b')]],
  ['takes a lone CR for a line end', `${HEADER}\r1,O,a\r2,O,b\r`, [row(2, '1', 'O', 'a'), row(3, '2', 'O', 'b')]],
  ['takes mixed line ends', `${HEADER}\n1,O,a\r2,O,b\r\n3,O,c\n`, [row(2, '1', 'O', 'a'), row(3, '2', 'O', 'b'), row(4, '3', 'O', 'c')]],
  ['skips blank lines and counts them', `\n${HEADER}\n\n1,O,a\r\n\r\n   \r\n2,O,b`, [row(4, '1', 'O', 'a'), row(7, '2', 'O', 'b')]],
  ['skips blank lines between records', `${HEADER}\n1,O,a\n\n  \n2,O,b\n\n`, [row(2, '1', 'O', 'a'), row(5, '2', 'O', 'b')]],
  ['skips a line of delimiters and counts it', `${HEADER}\n,,\n , ,\t\n1,O,a\n,,`, [row(4, '1', 'O', 'a')]],
  ['skips a line of quotes around nothing', `${HEADER}\n"",""," "\n""\n1,O,a`, [row(4, '1', 'O', 'a')]],
  ['skips a line of blanks beyond ASCII', `${HEADER}\n\u00a0,\u3000\n\ufeff \u2003\t\n1,O,a`, [row(4, '1', 'O', 'a')]],
  [
    'takes a line with one letter, quote or sign for a record',
    `${HEADER}\n,,é\n"""",,\n",",`,
    [row(2, '', '', 'é'), row(3, '"', '', ''), row(4, ',', '')],
  ],
  ['takes Ctrl-Z for the end of the text', `${HEADER}\n1,O,a\r\n\u001a\r\n2,O,b\u001a`, [row(2, '1', 'O', 'a'), row(4, '2', 'O', 'b')]],
  ['takes Ctrl-Z behind a closing quote for the end of the text', `${HEADER}\n1,O,"a"\u001a\u001a`, [row(2, '1', 'O', 'a')]],
  [
    "reads Excel's text form as one cell",
    `${HEADER}\n="01",O,="a b"\r\n="02",O,="c"`,
    [row(2, '="01"', 'O', '="a b"'), row(3, '="02"', 'O', '="c"')],
  ],
  [
    'rejects a record with half a text form, and only that',
    `${HEADER}\n="01,O,a\n="02"x,O,b\n3,O,c`,
    [{ ...row(2, '="01', 'O', 'a'), problem: misplaced }, { ...row(3, '="02"x', 'O', 'b'), problem: misplaced }, row(4, '3', 'O', 'c')],
  ],
  [
    'takes sep= for the name of the delimiter, and the line below for the header',
    `sep=;\n${HEADER.replaceAll(',', ';')}\n1;O;a,b\n`,
    [row(3, '1', 'O', 'a,b')],
  ],
  ['takes it in quotes and capitals, too', `\ufeff"SEP=,"\r\n${HEADER}\r\n1,O,a\r\n`, [row(3, '1', 'O', 'a')]],
  [
    'gives each line that a quoted value has swallowed a row of its own',
    `${HEADER}\n1,O,"a\r\n2,O,b\r\n\r\nc\r\n3,O,d"\r\n4,O,e`,
    [
      { ...row(2, '1', 'O', '"a'), swallowed: { from: 2, to: 6 } },
      { ...row(3, '2', 'O', 'b'), swallowed: { from: 2, to: 6 } },
      { ...row(5, 'c'), swallowed: { from: 2, to: 6 } },
      { ...row(6, '3', 'O', 'd"'), swallowed: { from: 2, to: 6 } },
      row(7, '4', 'O', 'e'),
    ],
  ],
  [
    'does so where only the ends of two lines were swallowed, between whatever columns',
    `${HEADER}\n1,"O,a\n2,O",b\n3,"O, P","c\nd, e"\n5,"O,e\n6\n7,O,f"\n`,
    [
      { ...row(2, '1', '"O', 'a'), swallowed: { from: 2, to: 3 } },
      { ...row(3, '2', 'O"', 'b'), swallowed: { from: 2, to: 3 } },
      row(4, '3', 'O, P', 'c\nd, e'),
      { ...row(6, '5', '"O', 'e'), swallowed: { from: 6, to: 8 } },
      { ...row(7, '6'), swallowed: { from: 6, to: 8 } },
      { ...row(8, '7', 'O', 'f"'), swallowed: { from: 6, to: 8 } },
    ],
  ],
  [
    'does so from the last column to the first',
    `${HEADER}\n1,O,"a\n2",O,b\n`,
    [
      { ...row(2, '1', 'O', '"a'), swallowed: { from: 2, to: 3 } },
      { ...row(3, '2"', 'O', 'b'), swallowed: { from: 2, to: 3 } },
    ],
  ],
  [
    'does so where each line ends in a delimiter too many',
    `${HEADER}\n1,O,"a,\n2,O,b,\n3,O,c",\n`,
    [
      { ...row(2, '1', 'O', '"a', ''), swallowed: { from: 2, to: 4 } },
      { ...row(3, '2', 'O', 'b', ''), swallowed: { from: 2, to: 4 } },
      { ...row(4, '3', 'O', 'c"', ''), swallowed: { from: 2, to: 4 } },
    ],
  ],
  ['leaves an address alone that has as many commas', `${HEADER}\n"1, 2, 3\n4",O,a\n`, [row(2, '1, 2, 3\n4', 'O', 'a')]],
  ['leaves a value alone whose lines have other numbers of cells', `${HEADER}\n1,O,"a, b, c\nd, e"\n`, [row(2, '1', 'O', 'a, b, c\nd, e')]],
  ['counts line ends inside quotes', `${HEADER}\r\n1,O,"a\r\nb\nc\rd"\r\n2,O,e`, [row(2, '1', 'O', 'a\r\nb\nc\rd'), row(6, '2', 'O', 'e')]],
  [
    'reads delimiters and doubled quotes inside quotes',
    `${HEADER}\n1,O,"a, ""b"""\n2,O,""`,
    [row(2, '1', 'O', 'a, "b"'), row(3, '2', 'O', '')],
  ],
  [
    'keeps rows with too few and too many cells',
    `${HEADER}\n1\n2,O,a,b\n3,O,c`,
    [row(2, '1'), row(3, '2', 'O', 'a', 'b'), row(4, '3', 'O', 'c')],
  ],
  [
    'loses no line of a record whose quotes make no sense',
    `${HEADER}\n1,"O\nP",D"x,"y\n`,
    [{ ...row(2, '1', '"O', 'P"', 'D"x', '"y'), problem: misplaced }],
  ],
  ['takes a byte order mark alone on a line for a blank line', `${HEADER}\n\ufeff\n1,O,a\n\ufeff`, [row(3, '1', 'O', 'a')]],
  ['keeps blanks around values', `${HEADER}\n 1 ,O,\ta\n`, [row(2, ' 1 ', 'O', '\ta')]],
  ['reads what is not ASCII', `${HEADER}\n1,O,Zoë 👩‍🚀\n2,Ö,b`, [row(2, '1', 'O', 'Zoë 👩‍🚀'), row(3, '2', 'Ö', 'b')]],
  [
    'rejects a record with a quote inside an unquoted value, and only that',
    `${HEADER}\n1,O,The "Old" Mill\n2,O,5" pipe\n3,O,c\n`,
    [
      { ...row(2, '1', 'O', 'The "Old" Mill'), problem: misplaced },
      { ...row(3, '2', 'O', '5" pipe'), problem: misplaced },
      row(4, '3', 'O', 'c'),
    ],
  ],
  [
    'rejects a record with text behind a closing quote on the same line, and only that',
    `${HEADER}\n1,O,"Old" Mill\n2,O,b\n`,
    [{ ...row(2, '1', 'O', '"Old" Mill'), problem: misplaced }, row(3, '2', 'O', 'b')],
  ],
  [
    'reads the quoted values of a record that is rejected for another one, so that only that one needs correcting',
    `${HEADER}\n5" pipe,"Ottawa, ON","a ""b"""\n2,O,b\n`,
    [{ ...row(2, '5" pipe', 'Ottawa, ON', 'a "b"'), problem: misplaced }, row(3, '2', 'O', 'b')],
  ],
  [
    'keeps a misplaced quote to its line even when another quote opens on it',
    `${HEADER}\n1,5" pipe,"a\n2,O,b\n`,
    [{ ...row(2, '1', '5" pipe', '"a'), problem: misplaced }, row(3, '2', 'O', 'b')],
  ],
  [
    'counts the lines of a record that is rejected for a misplaced quote',
    `${HEADER}\n1,"a\r\nb",5" pipe\r\n2,O,b\n`,
    [{ ...row(2, '1', 'a\r\nb', '5" pipe'), problem: misplaced }, row(4, '2', 'O', 'b')],
  ],
];

test.each(cases)('%s', async (_, text, rows) => {
  expect(await rowsOf(text)).toEqual(rows);
});

test.each([',', ';', '\t'] as const)('finds out that the delimiter is %j', async (delimiter) => {
  const others = [',', ';', '\t'].filter((other) => other !== delimiter).join('');
  const text = `unique_id|login_source|"first_name"\n1|O|"a${delimiter}${others}"\n2|O|a${others}`.replaceAll('|', delimiter);
  const { files, verdict } = await acceptedFile(text);
  expect(verdict.layout.delimiter).toBe(delimiter);
  expect(await readAll(files, verdict)).toEqual([row(2, '1', 'O', `a${delimiter}${others}`), row(3, '2', 'O', `a${others}`)]);
});

test.each([
  ['unique_id\t,login_source\t,first_name\t', ','],
  ['unique_id,login_source,first_name;;;;', ','],
  ['"unique_id";"login_source";"a,b,c,d"', ';'],
  ['="unique_id",="login_source",="first_name"', ','],
])('%j: finds the delimiter by the names that it separates', async (header, delimiter) => {
  const { verdict } = await acceptedFile(`${header}\n1${delimiter}O${delimiter}a\n`, { unknownColumns: 'ignore' });
  expect(verdict.layout.delimiter).toBe(delimiter);
  expect(verdict.layout.headers[0]!.trim()).toBe('unique_id');
});

test('keeps to the delimiter that was agreed', async () => {
  const text = 'unique_id;login_source;first_name,x,y,z\n1;O;a\n';
  const { verdict } = await acceptedFile(text, { delimiter: ';', unknownColumns: 'ignore' });
  expect(verdict.layout).toMatchObject({ delimiter: ';', headers: ['unique_id', 'login_source', 'first_name,x,y,z'] });
});

test.each([
  ['utf-8', '\ufeff', 'utf-8'],
  ['utf-8', '', 'utf-8'],
  ['utf-16le', '\ufeff', 'utf-16le'],
  ['utf-16le', '', 'utf-16le'],
  ['utf-16be', '\ufeff', 'utf-16be'],
  ['windows-1252', '', 'windows-1252'],
] as const)('reads %s with mark %j as %s', async (encoding, mark, expected) => {
  const text = `${mark}${HEADER}\r\n1,O,Zoë – “€”\r\n2,O,"é\r\nü"\r\n3,O,ÿ`;
  const { files, verdict } = await acceptedFile(encode(text, encoding), mark === '' ? { encoding: expected as 'utf-8' } : {});
  expect(verdict.layout.encoding).toBe(expected);
  expect(await readAll(files, verdict)).toEqual([row(2, '1', 'O', 'Zoë – “€”'), row(3, '2', 'O', 'é\r\nü'), row(5, '3', 'O', 'ÿ')]);
});

test('a byte order mark has the last word over the agreed encoding', async () => {
  const rows = await rowsOf(Buffer.from(`\ufeff${HEADER}\n1,O,é`), { encoding: 'windows-1252' });
  expect(rows).toEqual([row(2, '1', 'O', 'é')]);
});

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'utf-8') return Buffer.from(text);
  const places: Record<string, number> = { '€': 0x80, '–': 0x96, '“': 0x93, '”': 0x94 };
  return Buffer.from(Array.from(text, (character) => places[character] ?? character.charCodeAt(0)));
}
