import { nameLines } from '../../../src/domain/report/wording';

test.each<[readonly number[], number | undefined, string]>([
  [[4], undefined, 'line 4'],
  [[4], 3, 'lines 4 and 2 more'],
  [[4, 9], undefined, 'lines 4 and 9'],
  [[2, 3, 4], undefined, 'lines 2, 3 and 4'],
  [[2, 3], 7, 'lines 2, 3 and 5 more'],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], undefined, 'lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more'],
])('%j of %j: %s', (lines, total, text) => expect(nameLines(lines, total)).toBe(text));
