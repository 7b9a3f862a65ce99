import { DEFAULT_SETTINGS, type ClientSettings } from '../../../src/domain/client';
import type { Column } from '../../../src/domain/record/record';
import { recordIdentity } from '../../../src/domain/file/conflict-finder';
import { recordChecker } from '../../../src/domain/record/record-checker';

const settings: ClientSettings = {
  ...DEFAULT_SETTINGS,
  profile: 'agylia',
  furtherColumns: ['loginSource', 'province', 'userTypeId', 'city'],
  failedImportEmail: 'it@acme.example',
  replyToAdminEmail: 'admin@acme.example',
};

function identityIn(columns: readonly Column[]) {
  const check = recordChecker({ columns, settings, droppedBack: false, delimiter: ',', today: '2026-01-31' });
  return (...cells: string[]) => recordIdentity({ line: 2, cells }, columns, check({ line: 2, cells }));
}

const columns: readonly Column[] = [
  { kind: 'field', field: 'uniqueId', header: 'unique_id' },
  { kind: 'field', field: 'city', header: 'city' },
  { kind: 'ours', header: 'error_code' },
  { kind: 'ignored', header: 'shoe_size' },
];
const identity = identityIn(columns);

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

describe('what is stored in one form', () => {
  const of = identityIn([
    { kind: 'field', field: 'loginSource', header: 'login_source' },
    { kind: 'field', field: 'province', header: 'province' },
    { kind: 'field', field: 'userTypeId', header: 'user_type_id' },
    { kind: 'field', field: 'groups', header: 'groups' },
    { kind: 'field', field: 'active', header: 'active' },
  ]);

  test.each([[['OPSCOM', 'ON', '7', 'Staff;Sales', '1']], [['opscom', 'on', '007', ' sales ; Staff;staff', ' 1']]])(
    '%j is the same in whatever form',
    (cells) => expect(of(...cells)).toBe(of('OPSCOM', 'ON', '7', 'Staff;Sales', '1')),
  );

  test.each([
    [['OPSCOM', 'ON', '7', 'Staff;Sales', '0']],
    [['OPSCOM', 'QC', '7', 'Staff;Sales', '1']],
    [['OPSCOM', 'ON', '7', 'Staff', '1']],
    [['OPSCOM', '', '7', 'Staff;Sales', '1']],
  ])('%j is another', (cells) => expect(of(...cells)).not.toBe(of('OPSCOM', 'ON', '7', 'Staff;Sales', '1')));
});
