import * as fc from 'fast-check';
import { guardCell, neutraliseCell, restoreCell } from '../../../src/domain/report/spreadsheet-cell';

const signs = fc.constantFrom("'", '=', '+', '-', '@', '＝', '＠', '\t', '\r', '\n', ';', ',', '"', ' ', '|', '0', '1', 'E', '/', 'a');
const cell = fc.oneof(fc.string({ unit: signs, maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 12 }));

test.each([
  ['=1+1', "'=1+1"],
  ['+1 613 555 0101', "'+1 613 555 0101"],
  ['-5', "'-5"],
  ['@Formula', "'@Formula"],
  [' =1', "' =1"],
  ['＝1', "'＝1"],
  ['\tx', "'\tx"],
  ['\r=1', "'\r'=1"],
  ['\n=1', "\n'=1"],
  ["'=1", "''=1"],
  ["''-", "'''-"],
  ['Anna;=1+1;x', "Anna;'=1+1;x"],
  ['a, -b', "a,' -b"],
  ['a\t=1', "a\t'=1"],
  ['a;"=1"', 'a;\'"=1"'],
])('%j is neutralised as %j', (sent, shown) => {
  expect(neutraliseCell(sent)).toBe(shown);
  expect(guardCell(sent)).toBe(shown);
});

test.each(['', "'", "'t Hart", "''", "O'Neill", 'a=1', '12', 'a, b; c', 'Anne-Marie', '12 King St'])('%j is left as it is', (sent) => {
  expect(guardCell(sent)).toBe(sent);
  expect(restoreCell(sent)).toBe(sent);
});

test.each([
  '000901',
  '0.5',
  '1.50',
  '1234567890123456',
  '123456789012',
  '12E4',
  '1e5',
  '2001-02-03',
  '3/4',
  '3.4.2001',
  '12:30',
  '1-Mar',
  'MAR1',
  'Sept 12',
  '5%',
  '(12)',
  'TRUE',
])('%j, which a spreadsheet would rewrite, is guarded in a file that comes back, and left alone in any other', (sent) => {
  expect(guardCell(sent)).toBe(`'${sent}`);
  expect(restoreCell(`'${sent}`)).toBe(sent);
  expect(neutraliseCell(sent)).toBe(sent);
});

test.each(['3601', '0', '61355501017', 'N-4202', 'K1A 0B1', '6135550101x', 'May', 'Marta'])(
  '%j stays as it is in a spreadsheet',
  (sent) => {
    expect(guardCell(sent)).toBe(sent);
  },
);

test.each(['=1+1', '+1 613 555 0101', '000901', '2001-02-03'])(
  '%j, as somebody typed it into the failed-records file, is taken as it is',
  (typed) => expect(restoreCell(typed)).toBe(typed),
);

test('restoring brings back exactly what was guarded, as often as it goes out', () => {
  fc.assert(
    fc.property(cell, (sent) => {
      expect(restoreCell(guardCell(sent))).toBe(sent);
      expect(restoreCell(restoreCell(guardCell(guardCell(sent))))).toBe(sent);
    }),
    { numRuns: 2_000 },
  );
});

test('what was neutralised is no formula, wherever a spreadsheet cuts it', () => {
  fc.assert(
    fc.property(cell, (sent) => {
      for (const piece of neutraliseCell(sent).split(/[,;\t\r\n]/)) expect(piece).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      expect(neutraliseCell(sent)).not.toMatch(/^[\t\r]/);
    }),
    { numRuns: 2_000 },
  );
});
