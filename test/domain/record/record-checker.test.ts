import * as fc from 'fast-check';
import { checkHeader } from '../../../src/domain/file/check-header';
import { DEFAULT_SETTINGS, type ClientSettings } from '../../../src/domain/client';
import { FIELDS, REPORT_HEADERS } from '../../../src/domain/record/fields';
import type { CheckedRecord, RawRow } from '../../../src/domain/record/record';
import { recordChecker } from '../../../src/domain/record/record-checker';
import type { Reason } from '../../../src/domain/reason/reasons';
import { neutraliseCell } from '../../../src/domain/report/spreadsheet-cell';

const SETTINGS: ClientSettings = {
  ...DEFAULT_SETTINGS,
  failedImportEmail: 'it@acme.example',
  replyToAdminEmail: 'admin@acme.example',
  loginSources: ['OPSCOM', 'Saml'],
};

function checkerFor(headers: readonly string[], settings: Partial<ClientSettings> = {}, file: { readonly hasDetails?: boolean } = {}) {
  const all = { ...SETTINGS, ...settings };
  const header = checkHeader(headers, all);
  if (header.kind === 'refused') throw new Error(header.refusal.message);
  const { columns, droppedBack } = header;
  return recordChecker({ columns, settings: all, droppedBack, delimiter: ',', today: '2026-01-31', ...file });
}

/** Checks one record with a good unique id and login source and these cells, by header. */
function check(cells: Readonly<Record<string, string>>, settings: Partial<ClientSettings> = {}): CheckedRecord {
  const row: Record<string, string> = {
    ...(settings.profile === 'agylia' ? { username: '1' } : { unique_id: '1', login_source: 'OPSCOM' }),
    ...cells,
  };
  return checkerFor(Object.keys(row), settings)({ line: 2, cells: Object.values(row) });
}

const said = ({ reasons }: CheckedRecord) => reasons.map(({ code, field }) => [code, field]);

describe('what is read', () => {
  test.each<[string, string, string, string | number]>([
    ['first_name', '  Ana ', 'firstName', 'Ana'],
    ['first_name', '\u00a0Ana\u3000', 'firstName', 'Ana'],
    ['first_name', 'Ana\u00a0Maria', 'firstName', 'Ana Maria'],
    ['last_name', 'Lo\u0301pez', 'lastName', 'L\u00f3pez'],
    ['user_name', '007', 'userName', '007'],
    ['email', ' Dov.Katz@Example.EDU ', 'email', 'Dov.Katz@Example.EDU'],
    ['street', '1 Main St\r\nRear\rentrance\n', 'street', '1 Main St\nRear\nentrance'],
    ['state', 'ma', 'province', 'MA'],
    ['zip', '02139', 'postalCode', '02139'],
    ['user_type_id', '012', 'userTypeId', 12],
    ['date_of_birth', '2000-02-29', 'dateOfBirth', '2000-02-29'],
    ['login_source', 'SAML', 'loginSource', 'Saml'],
    ['first_name', '=1+1', 'firstName', '=1+1'],
  ])('%s %j is stored as %s = %j', (header, cell, field, value) => {
    const record = check({ [header]: cell });
    expect(record.reasons).toEqual([]);
    expect(record.values).toMatchObject({ [field]: value });
  });

  test('the unique id is text, trimmed and normalised, and no stored value', () => {
    const record = check({ unique_id: ' 0E12e\u0301 ' });
    expect(record.uniqueId).toBe('0E12\u00e9');
    expect(record.values).not.toHaveProperty('uniqueId');
  });

  test.each([
    ['0', '0'],
    ['1', '1'],
    [' ', null],
  ])('active %j is %j, and no stored value', (cell, active) => {
    const record = check({ active: cell });
    expect(record).toMatchObject({ active, reasons: [] });
    expect(record.values).not.toHaveProperty('active');
  });

  test('a blank cell is not set', () => {
    expect(check({ first_name: '', city: ' \t ' }).values).toEqual({ loginSource: 'OPSCOM' });
  });

  test('our own report columns and ignored ones are not read', () => {
    const record = check({ error_code: '\u0000', shoe_size: 'x'.repeat(5000) }, { unknownColumns: 'ignore' });
    expect(record).toMatchObject({ reasons: [], values: { loginSource: 'OPSCOM' } });
  });

  test('groups of an Agylia file are read, and no login source is asked for', () => {
    expect(check({ groups: 'Staff; Sales', mail: 'a@b.ca' }, { profile: 'agylia' })).toEqual({
      line: 2,
      uniqueId: '1',
      values: { groups: 'Staff;Sales', email: 'a@b.ca' },
      active: null,
      reasons: [],
    });
  });
});

describe('what is rejected', () => {
  test.each<[string, string, [string, string]]>([
    ['unique_id', ' ', ['9013', 'uniqueId']],
    ['login_source', '', ['9014', 'loginSource']],
    ['login_source', 'LDAPX', ['9015', 'loginSource']],
    ['first_name', 'x'.repeat(51), ['9030', 'firstName']],
    ['email', 'nobody', ['9033', 'email']],
    ['province', 'Ontario', ['9033', 'province']],
    ['driver_license_state', 'N/A', ['9033', 'licenceProvince']],
    ['data_of_birth', '1999-02-30', ['9033', 'dateOfBirth']],
    ['date_of_birth', '2026-02-01', ['9033', 'dateOfBirth']],
    ['locker_user_type_id', '1.5', ['9033', 'lockerUserTypeId']],
    ['active', 'yes', ['9033', 'active']],
    ['first_name', 'A\u0000na', ['CONTROL_CHARACTER', 'firstName']],
    ['first_name', 'A\tna', ['CONTROL_CHARACTER', 'firstName']],
    ['first_name', 'A\u0085na', ['CONTROL_CHARACTER', 'firstName']],
    ['city', 'Ot\ntawa', ['CONTROL_CHARACTER', 'city']],
    ['street', 'Main\u007fSt', ['CONTROL_CHARACTER', 'street']],
    ['email', 'a\u0007@b.ca', ['CONTROL_CHARACTER', 'email']],
    ['unique_id', '\u2800', ['CONTROL_CHARACTER', 'uniqueId']],
    ['user_name', 'ana\u00a0lee', ['CONTROL_CHARACTER', 'userName']],
    ['user_name', 'ana\ue000', ['CONTROL_CHARACTER', 'userName']],
    ['first_name', 'JosÃ©', ['CHARACTER_LOST', 'firstName']],
    ['last_name', 'GarcÃ\u00ada', ['CHARACTER_LOST', 'lastName']],
    ['last_name', 'LÃ“PEZ', ['CHARACTER_LOST', 'lastName']],
    ['last_name', 'Oâ€™Neill', ['CHARACTER_LOST', 'lastName']],
    ['city', 'KoÅ¡ice', ['CHARACTER_LOST', 'city']],
    ['street', '5Âº', ['CHARACTER_LOST', 'street']],
    ['phone_cell', '6.13555E+09', ['SPREADSHEET_VALUE', 'phoneCell']],
    ['student_no', '1E+11', ['SPREADSHEET_VALUE', 'studentNo']],
    ['city', '#ARG!', ['SPREADSHEET_VALUE', 'city']],
    ['city', '#¡NULO!', ['SPREADSHEET_VALUE', 'city']],
    ['city', 'Err:502', ['SPREADSHEET_VALUE', 'city']],
    ['email', 'ana@10.0.0.1', ['9033', 'email']],
    ['unique_id', 'NULL', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['unique_id', '\\N', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['first_name', 'Null', ['SPREADSHEET_VALUE', 'firstName']],
    ['last_name', '\\N', ['SPREADSHEET_VALUE', 'lastName']],
    ['last_name', '(null)', ['SPREADSHEET_VALUE', 'lastName']],
    ['province', 'NULL', ['SPREADSHEET_VALUE', 'province']],
    ['city', 'undefined', ['SPREADSHEET_VALUE', 'city']],
    ['city', 'Loading...', ['SPREADSHEET_VALUE', 'city']],
    ['unique_id', '12-Mar', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['unique_id', '12-Mar-26', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['unique_id', '3/1/2026', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['unique_id', '2026-03-01 00:00:00', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['phone_cell', '6.135550101E9', ['SPREADSHEET_VALUE', 'phoneCell']],
    ['phone_cell', '6135550101.0', ['9033', 'phoneCell']],
    ['phone_cell', "'6135550101", ['9033', 'phoneCell']],
    ['phone_cell', '=+16135550101', ['9033', 'phoneCell']],
    ['zip', "'02139", ['9033', 'postalCode']],
    ['unique_id', '=901', ['9033', 'uniqueId']],
    ['unique_id', "b'901'", ['9033', 'uniqueId']],
    ['unique_id', 'АB12', ['9033', 'uniqueId']],
    ['email', 'аna@b.ca', ['9033', 'email']],
    ['last_name', 'Rοy', ['9033', 'lastName']],
    ['last_name', 'Mu¿oz', ['CHARACTER_LOST', 'lastName']],
    ['street', 'King St_x000D_', ['CHARACTER_LOST', 'street']],
    ['first_name', 'Ren&eacute;e', ['CHARACTER_LOST', 'firstName']],
    ['first_name', 'Zo&#235;', ['CHARACTER_LOST', 'firstName']],
    ['city', 'R&amp;D', ['CHARACTER_LOST', 'city']],
    ['last_name', "O\\'Neill", ['CHARACTER_LOST', 'lastName']],
    ['first_name', 'Jos\\u00e9', ['CHARACTER_LOST', 'firstName']],
    ['first_name', 'Jos%C3%A9', ['CHARACTER_LOST', 'firstName']],
    ['first_name', '=?UTF-8?Q?Ren=C3=A9e?=', ['CHARACTER_LOST', 'firstName']],
    ['first_name', '<b>Ana</b>', ['CHARACTER_LOST', 'firstName']],
    ['last_name', 'Mu?oz', ['CHARACTER_LOST', 'lastName']],
    ['last_name', 'Roy \\', ['CHARACTER_LOST', 'lastName']],
    ['first_name', 'Zoï¿½', ['CHARACTER_LOST', 'firstName']],
    ['unique_id', "'901'", ['9033', 'uniqueId']],
    ['unique_id', "'000901", ['9033', 'uniqueId']],
    ['unique_id', '"901"', ['9033', 'uniqueId']],
    ['unique_id', '901,', ['9033', 'uniqueId']],
    ['unique_id', "901'", ['9033', 'uniqueId']],
    ['unique_id', 'N/A', ['SPREADSHEET_VALUE', 'uniqueId']],
    ['user_name', '“ana”', ['9033', 'userName']],
    ['email', "'ana@b.ca", ['9033', 'email']],
  ])('%s %j: %j', (header, cell, why) => {
    const record = check({ [header]: cell });
    expect(said(record)).toEqual([why]);
    expect(record.values).not.toHaveProperty(why[1]);
  });

  test.each([
    ['email', 'x'.repeat(101), ['9030', '9033']],
    ['login_source', 'x'.repeat(21), ['9030', '9015']],
    ['city', `a\u0000${'x'.repeat(50)}`, ['CONTROL_CHARACTER', '9030']],
  ])('%s: all that is wrong with one cell is said', (header, cell, codes) => {
    expect(check({ [header]: cell }).reasons.map(({ code }) => code)).toEqual(codes);
  });

  test.each(FIELDS.flatMap(({ headers: [header], rule }) => (rule.kind === 'text' ? [[header, rule.max] as const] : [])))(
    '%s holds %d code points, whatever they take in memory, and not one more',
    (header, max) => {
      expect(check({ [header]: '𝒳'.repeat(max) }).reasons).toEqual([]);
      expect(check({ [header]: `${'𝒳'.repeat(max)}x` }).reasons).toMatchObject([
        { code: '9030', message: expect.stringContaining(`${max}`) },
      ]);
    },
  );

  test('only a user type of the client is taken, where the client has any; locker types are not user types', () => {
    const userTypes = [
      { id: 1, name: 'Student' },
      { id: 2, name: 'Staff' },
    ];
    expect(check({ user_type_id: '02' }, { userTypes }).values.userTypeId).toBe(2);
    expect(check({ user_type_id: '3' }, { userTypes }).reasons).toEqual([
      { code: '9033', field: 'userTypeId', message: 'user_type_id must be one of 1 (Student), 2 (Staff).' },
    ]);
    expect(check({ locker_user_type_id: '3' }, { userTypes }).reasons).toEqual([]);
  });

  test('a record carries every reason, in the order of the columns', () => {
    const record = check({ unique_id: '', active: '2', email: 'x', province: 'Ontario', login_source: 'LDAPX', date_of_birth: 'soon' });
    expect(said(record)).toEqual([
      ['9013', 'uniqueId'],
      ['9015', 'loginSource'],
      ['9033', 'active'],
      ['9033', 'email'],
      ['9033', 'province'],
      ['9033', 'dateOfBirth'],
    ]);
  });

  test.each([
    ['first_name', 'JOÃO'],
    ['street', 'IRMÃ\u00a0LÚCIA 5ª Nº 3'],
    ['street', '“CAFÉ DA MANHÃ”'],
    ['last_name', 'Åberg-Đặng'],
    ['street', '3E-12'],
    ['street', '#1'],
    ['city', '#'],
    ['email', 'ana@mail4.example4'],
    ['last_name', 'Null'],
    ['last_name', 'NULL'],
    ['last_name', "'t Hart"],
    ['last_name', "'Ata'"],
    ['last_name', 'Q&A; Arts&Crafts; <5%'],
    ['street', 'Which Street?'],
    ['phone_cell', 'N/A'],
    ['street', '12-Mar'],
    ['unique_id', '901.0'],
    ['unique_id', '=cy'],
    ['user_name', "n'guessan"],
    ['user_name', 'ana_xu'],
    ['user_name', 'CORP\\nina'],
    ['user_name', 'CORP\\u00123'],
    ['first_name', 'Анна Maria'],
    ['unique_id', '12-mar'],
    ['unique_id', '3-12'],
    ['unique_id', '2026-03-01'],
    ['unique_id', 'BLDG_X0012_A'],
    ['street', 'корпусB'],
  ])('%s %j is what it seems to be', (header, cell) => expect(check({ [header]: cell }).reasons).toEqual([]));

  test('an id may look like a date where ids that differ in zeros are two people', () => {
    const distinct = checkerFor(['unique_id', 'login_source'], { leadingZeros: 'distinct' });
    expect(distinct({ line: 2, cells: ['05/12/2021', 'OPSCOM'] }).reasons).toEqual([]);
  });

  test.each([
    ['city', 'Ot\ntawa', 'city holds a line break; put the value on one line.'],
    [
      'unique_id',
      '\u00c3\u00a9',
      'unique_id holds garbled letters, such as Ã© for é; export the file again as UTF-8, or retype the value.',
    ],
    ['login_source', '', 'login_source is empty; fill it in, or remove the line if it is not about a user.'],
    ['unique_id', 'NULL', "unique_id holds a program's word for no value, such as NULL; write the value."],
    ['first_name', 'NULL', "first_name holds a program's word for no value, such as NULL; leave the cell empty, or write the value."],
    [
      'login_source',
      'ОPSCOM',
      'login_source must be one of OPSCOM, Saml. If it looks right, retype it: one of its characters only looks right.',
    ],
    ['unique_id', "'901'", "unique_id begins or ends with a mark that is not part of it, such as ' or a comma; remove it."],
    ['province', 'Québec', 'province must be two letters, such as ON.'],
  ])('%s %j: the sentence says what is wrong', (header, cell, message) =>
    expect(check({ [header]: cell }).reasons).toMatchObject([{ message }]),
  );

  test('the sentence names the column as the client does', () => {
    expect(check({ State: 'Ontario' }).reasons[0]?.message).toBe('state must be two letters, such as ON.');
  });

  test('an e-mail or user name that is rejected is still a claim', () => {
    expect(check({ email: ' not-an-address ', user_name: 'u'.repeat(51) }).claims).toEqual({
      email: 'not-an-address',
      userName: 'u'.repeat(51),
    });
  });

  test('a unique id that is rejected still tells who is meant', () => {
    expect(check({ unique_id: 'x'.repeat(51) }).uniqueId).toBe('x'.repeat(51));
  });
});

describe('two columns for one field', () => {
  test.each([
    ['ON', 'on', 'ON'],
    ['ON', '', 'ON'],
    ['', 'QC', 'QC'],
  ])('%j and %j agree on %j', (province, state, stored) => {
    expect(check({ province, state })).toMatchObject({ reasons: [], values: { province: stored } });
  });

  test('are rejected where they differ, naming both', () => {
    expect(check({ province: 'ON', state: 'QC' }).reasons).toEqual([
      { code: 'CONFLICTING_COLUMNS', field: 'province', message: 'province and state hold different values; leave one of them blank.' },
    ]);
  });

  test('are rejected for both faults where one of them is invalid, too', () => {
    expect(said(check({ province: 'ON', state: 'Quebec' }))).toEqual([
      ['9033', 'province'],
      ['CONFLICTING_COLUMNS', 'province'],
    ]);
  });
});

describe('a record that cannot be told apart into cells', () => {
  const checkRow = checkerFor(['unique_id', 'login_source', 'email']);
  const nothing = { uniqueId: '', values: {}, active: null };

  test.each([[['1', 'OPSCOM']], [['1', 'OPSCOM', 'a@b.ca', '']], [['']]])('%j has the wrong number of cells and no fields', (cells) => {
    expect(checkRow({ line: 9, cells })).toMatchObject({ line: 9, ...nothing, reasons: [{ code: 'RECORD_SHAPE', field: null }] });
  });

  test.each([
    [['1;OPSCOM;a@b.ca'], 'The cells are separated by semicolons, but those of the header line by commas; use commas here, too.'],
    [['# end'], 'The record has 1 cell, but the header line has 3; add the missing cells or, if the line is not about a user, remove it.'],
    [['', '1', 'OPSCOM', 'a@b.ca'], 'The record begins with one comma too many; remove it.'],
    [['1', 'OPSCOM', 'a@b.ca', '', ''], 'The record ends with 2 commas too many; remove them.'],
  ])('%j: the sentence says what is wrong', (cells, sentence) => {
    expect(checkRow({ line: 9, cells }).reasons[0]?.message).toContain(sentence);
  });

  test.each([
    [['1', 'OPSCOM', 'Roy\\', ' Jr', ''], 'a backslash does not protect a comma'],
    [['1', 'OPSCOM', 'Roy', ' Jr', 'Ana', ''], 'put each value that holds a comma in double quotes'],
  ])('%j: a value that holds the comma is not told to lose the last one', (cells, words) => {
    const of = checkerFor(['unique_id', 'login_source', 'last_name', 'first_name', 'city'].slice(0, cells.length - 1));
    expect(of({ line: 9, cells }).reasons[0]?.message).toContain(words);
  });

  test('says so where a backslash is in front of a quote', () => {
    const { reasons } = checkRow({ line: 9, cells: ['1', 'OPSCOM', 'Ana \\"Ann\\"'], problem: 'QUOTE_MISPLACED' });
    expect(reasons[0]?.message).toContain('A backslash does not protect a double quote');
  });

  test('says so where quotes are curly', () => {
    const { reasons } = checkerFor(['unique_id', 'login_source', 'last_name'])({ line: 9, cells: ['1', 'OPSCOM', '“Lee', ' Jr”'] });
    expect(reasons[0]?.message).toContain('write straight double quotes (") around each value that holds a comma.');
  });

  test('says so where a line break is missing', () => {
    const of = checkerFor(['unique_id', 'login_source', 'email', 'city']);
    const cells = ['1', 'OPSCOM', '', 'Ottawa2', 'OPSCOM', '', 'Hull'];
    expect(of({ line: 9, cells }).reasons[0]?.message).toContain('it seems to be two records, so put each on a line of its own.');
    expect(of({ line: 9, cells: cells.slice(1) }).reasons[0]?.message).toContain('double quotes');
  });

  test('has a mark in its reason only where it comes back in a file of ours', () => {
    const message = (of: ReturnType<typeof checkerFor>) => of({ line: 9, cells: ['1', '2', '3', '4'] }).reasons[0]?.message;
    expect(message(checkRow)).toContain('[as sent: ');
    expect(message(checkerFor(['username', 'forename', 'surname'], { profile: 'agylia' }))).not.toContain('[as sent: ');
  });

  test('has no fields when a quote is misplaced', () => {
    const record = checkRow({ line: 9, cells: ['1', 'OPSCOM', 'a@b.ca'], problem: 'QUOTE_MISPLACED' });
    expect(record).toMatchObject({ line: 9, ...nothing, reasons: [{ code: 'QUOTE_MISPLACED', field: null }] });
  });
});

describe('a header line among the records', () => {
  const agylia = { profile: 'agylia' } as const;
  test.each([
    [['unique_id', 'login_source', 'first_name'], ['Student ID', 'Login Source', 'First Name'], {}],
    [
      ['unique_id', 'login_source', 'first_name', ...REPORT_HEADERS],
      ['unique_id', 'login_source', 'first_name', 'HEADER_REPEATED', '', 'why', '3'],
      {},
    ],
    [['username', 'forename', 'surname'], ['User Name', 'First name', ''], agylia],
  ])('%j: %j is one, and nobody', (headers, cells, settings) => {
    expect(checkerFor(headers, settings)({ line: 2, cells })).toMatchObject({ uniqueId: '', reasons: [{ code: 'HEADER_REPEATED' }] });
  });

  test.each([
    [
      ['username', 'forename', 'surname'],
      ['id', 'Ida', 'First'],
    ],
    [
      ['username', 'forename', 'surname'],
      ['account', '', ''],
    ],
  ])('%j: %j is somebody', (headers, cells) => {
    expect(checkerFor(headers, agylia)({ line: 2, cells }).reasons).toEqual([]);
  });
});

describe('a line below the table', () => {
  const of = checkerFor(['username', 'forename', 'surname', 'groups', 'active'], { profile: 'agylia' });
  const codes = (id: string, ...rest: readonly string[]) =>
    of({ line: 9, cells: [id, ...rest, '', '', '', ''].slice(0, 5) }).reasons.map(({ code }) => code);

  test.each([
    'Total',
    'TOTALS:',
    'Grand Total: 1,024',
    'Sub-total',
    'Total users: 3',
    'Count: 3',
    'Rows:3',
    '(3 rows affected)',
    '3 records selected.',
    'Page 1 of 2',
    '*** End of report ***',
    'Printed on 28 November',
    'Report generated 2026-11-28',
    'Total number of users: 3',
    'Number of records: 3',
    'Record count',
    'TRAILER',
    '<EOF>',
    '# leavers',
    'ORA-01555: snapshot too old',
    'Error: connection lost',
    '----------',
    '=====',
  ])('%j is no user, whatever numbers are beside it', (id) => {
    expect(codes(id)).toEqual(['NOT_A_USER']);
    expect(codes(id, '3', '', '99.5 %', '7')).toEqual(['NOT_A_USER']);
    expect(codes(id, 'Tom')).toEqual([]);
    expect(codes(id, '', '', '', '0')).toEqual([]);
  });

  test('a line of dashes below the header is no user', () => {
    expect(codes('--------', '-------', '---', '------', '------')).toEqual(['NOT_A_USER']);
  });

  test.each([
    'total2',
    'tot',
    'sum',
    'count',
    'printed',
    'rows',
    '3',
    '1,024',
    'end',
    'page',
    '--',
    'totaled',
    'subtle',
    '3rows',
    '#ann',
    'eofs',
  ])('%j may be somebody', (id) => expect(codes(id)).toEqual([]));

  test('a long value costs no time', () => {
    expect(codes(`1 rows${'1 '.repeat(200_000)}\nx`)).not.toContain('NOT_A_USER');
  });
});

describe('a record that fills no column but that of its id', () => {
  const isHeading = (headers: readonly string[], cells: readonly string[], hasDetails = true) =>
    checkerFor(headers, { profile: 'agylia', unknownColumns: 'ignore' }, { hasDetails })({ line: 9, cells }).isHeading === true;
  const columns = ['username', 'forename', 'groups', 'active', 'shoe size', 'error_code'];

  test.each([
    ['Faculty of Arts', '', ' ', '', '', ''],
    [' Room  12 ', '', '', '', '', 'NOT_A_USER'],
  ])('%j may be a heading', (...cells) => {
    expect(isHeading(columns, cells)).toBe(true);
    expect(isHeading(columns, cells, false)).toBe(false);
  });

  test.each([
    [['ana.lopez', '', '', '', '', '']],
    [['Ana Lopez', 'Ana', '', '', '', '']],
    [['Ana Lopez', '', 'Staff', '', '', '']],
    [['Ana Lopez', '', '', '0', '', '']],
    [['Ana Lopez', '', '', '', '38', '']],
  ])('%j is somebody', (cells) => expect(isHeading(columns, cells)).toBe(false));

  test('is what else is wrong with it', () => {
    const record = checkerFor(['unique_id', 'login_source'], {}, { hasDetails: true })({ line: 9, cells: ['Faculty of Arts', ''] });
    expect([record.isHeading, said(record)]).toEqual([undefined, [['9014', 'loginSource']]]);
  });
});

describe('a failed-records file that is dropped back', () => {
  const headers = ['unique_id', 'login_source', 'first_name', 'phone_cell', 'error_code', 'error_field', 'error_reason', 'source_line'];

  test('brings the values that were sent', () => {
    const cells = ['1', 'OPSCOM', '=1+1', '+1 613 555 0101'].map(neutraliseCell);
    const record = checkerFor(headers)({ line: 2, cells: [...cells, '9033', 'email', 'why', '12'] });
    expect(record.values).toEqual({ loginSource: 'OPSCOM', firstName: '=1+1', phoneCell: '+1 613 555 0101' });
  });

  describe.each(['RECORD_SHAPE', 'QUOTE_MISPLACED'])('with a record of which the cells were a guess (%s)', (code) => {
    const cells = ['1', 'OPSCOM', 'Ann', '613'];

    const sentOut = (sent: readonly string[], row: Partial<RawRow> = {}) => {
      const [{ message }] = checkerFor(headers.slice(0, 4))({ line: 2, cells: sent, ...row }).reasons as [Reason];
      return (now: readonly string[]) => checkerFor(headers)({ line: 2, cells: [...now, ` ${code} `, '', message, '12'] });
    };
    const lines: [string, string[], string[], string[]][] = [
      ['too few', ['1', 'OPSCOM', 'Ann'], ['1', 'OPSCOM', 'Ann', ''], ['1', 'OPSCOM', '', 'Ann']],
      ['too many', ['1', 'OPSCOM', 'Ann', '6', '1 3'], ['1', 'OPSCOM', 'Ann', '6,1 3'], ['1', 'OPSCOM', 'Ann', '613']],
      [
        'too many, of which a value moves',
        ['1', 'OPSCOM', 'Lee', ' Ann', '613'],
        ['1', 'OPSCOM', 'Lee', ' Ann,613'],
        ['1', 'OPSCOM', 'Lee, Ann', '613'],
      ],
      ['too many by a comma at the end', ['1', 'OPSCOM', 'Ann', '613', ''], ['1', 'OPSCOM', 'Ann', '613,'], ['1', 'OPSCOM', 'Ann', '613']],
    ];

    test.each(lines)('%s: is told again when nobody touched it, as often as it comes', (_, sent, untouched) => {
      const back = sentOut(sent)(untouched);
      expect(back).toMatchObject({ uniqueId: '', values: {}, active: null, reasons: [{ code, field: null }] });
      expect(sentOut(sent)(untouched).reasons).toEqual(back.reasons);
    });

    test.each(lines)('%s: is taken once it was corrected, whatever our columns still say', (_, sent, _untouched, corrected) => {
      expect(sentOut(sent)(corrected)).toMatchObject({ uniqueId: '1', reasons: [] });
    });

    test('is told again when its cells were as many as the header has', () => {
      const sent = ['1', 'OPSCOM', 'A"nn"', '613'];
      expect(sentOut(sent, { problem: 'QUOTE_MISPLACED' })(sent).reasons).toMatchObject([{ code }]);
    });

    test('takes any other code, and a reason without the mark, for nothing', () => {
      expect(checkerFor(headers)({ line: 2, cells: [...cells, '9033', '', 'why', '12'] }).reasons).toEqual([]);
      expect(checkerFor(headers)({ line: 2, cells: [...cells, code, '', 'why', '12'] }).reasons).toEqual([]);
      expect(checkerFor(headers.slice(0, 5))({ line: 2, cells: [...cells, code] }).reasons).toEqual([]);
    });
  });

  test('any other file keeps its apostrophes', () => {
    const record = checkerFor(headers.slice(0, 4))({ line: 2, cells: ['1', 'OPSCOM', "'=1+1", "'t Hart"] });
    expect(record.values).toMatchObject({ firstName: "'=1+1", phoneCell: "'t Hart" });
  });
});

test('no sentence holds a value of the record', () => {
  const headers = FIELDS.map(({ headers: [first] }) => first);
  const checkRow = checkerFor(headers);
  const secret = fc.string({ minLength: 4, maxLength: 12 }).map((text) => `§${text}§`);
  fc.assert(
    fc.property(fc.array(secret, { minLength: headers.length, maxLength: headers.length }), (cells) => {
      const { reasons } = checkRow({ line: 2, cells });
      expect(reasons.length).toBeGreaterThan(5);
      for (const { message } of reasons) expect(message).not.toContain('§');
    }),
  );
});
