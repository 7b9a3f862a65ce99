import type { Column } from '../../../src/domain/record/record';
import { recordIdentity } from '../../../src/domain/file/conflict-finder';

const columns: readonly Column[] = [
  { kind: 'field', field: 'uniqueId', header: 'unique_id' },
  { kind: 'field', field: 'city', header: 'city' },
  { kind: 'ours', header: 'error_code' },
  { kind: 'ignored', header: 'shoe_size' },
];
const identity = (...cells: string[]) => recordIdentity({ line: 2, cells }, columns);

test.each([
  [
    ['1', 'Ottawa', '9033', '42'],
    [' 1 ', 'Ottawa\t', '', '43'],
  ],
  [
    ['1', 'Montr\u00e9al', '', ''],
    ['1', 'Montre\u0301al', '', ''],
  ],
])('%j and %j are the same record', (a, b) => expect(identity(...a)).toBe(identity(...b)));

test.each([
  [
    ['1', 'Ottawa', '', ''],
    ['1', 'ottawa', '', ''],
  ],
  [
    ['12', '3', '', ''],
    ['1', '23', '', ''],
  ],
  [
    ['1', '', '', ''],
    ['', '1', '', ''],
  ],
])('%j and %j are two', (a, b) => expect(identity(...a)).not.toBe(identity(...b)));
