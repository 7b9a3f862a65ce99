import * as fc from 'fast-check';
import { neutraliseCell, restoreCell } from '../../../src/domain/report/spreadsheet-cell';

const cell = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', 'a', '1', ' ') });

test.each([
  ['=1+1', "'=1+1"],
  ['+1 613 555 0101', "'+1 613 555 0101"],
  ['-5', "'-5"],
  ['@Formula', "'@Formula"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\r=1"],
  ["'=1", "''=1"],
  ["''-", "'''-"],
])('%j is neutralised as %j', (sent, shown) => expect(neutraliseCell(sent)).toBe(shown));

test.each(['', "'", "'t Hart", "''", "O'Neill", 'a=1', ' =1', '12', '\n=1'])('%j is left as it is', (sent) => {
  expect(neutraliseCell(sent)).toBe(sent);
  expect(restoreCell(sent)).toBe(sent);
});

test.each(['=1+1', '+1 613 555 0101'])('%j, as somebody typed it into the failed-records file, is taken as it is', (typed) => {
  expect(restoreCell(typed)).toBe(typed);
});

test('restoring brings back exactly what was neutralised', () => {
  fc.assert(fc.property(cell, (sent) => expect(restoreCell(neutraliseCell(sent))).toBe(sent)));
});

test('what was neutralised is no formula', () => {
  fc.assert(fc.property(cell, (sent) => expect(neutraliseCell(sent)).not.toMatch(/^[=+\-@\t\r]/)));
});
