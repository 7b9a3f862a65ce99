import { checkHeader } from '../../../src/domain/file/check-header';
import { AGYLIA_FIELDS, FIELDS, REPORT_HEADERS } from '../../../src/domain/record/fields';
import type { Column } from '../../../src/domain/record/record';

const refuse = { profile: 'opscom', furtherColumns: [], unknownColumns: 'refuse' } as const;
const ignore = { profile: 'opscom', furtherColumns: [], unknownColumns: 'ignore' } as const;

function accept(headers: readonly string[], settings: Parameters<typeof checkHeader>[1] = refuse) {
  const verdict = checkHeader(headers, settings);
  if (verdict.kind === 'refused') throw new Error(`refused: ${verdict.refusal.message}`);
  return verdict;
}

function refusalOf(headers: readonly string[], settings: Parameters<typeof checkHeader>[1] = refuse) {
  const verdict = checkHeader(headers, settings);
  if (verdict.kind === 'accepted') throw new Error('accepted');
  return verdict.refusal;
}

const fieldsIn = (columns: readonly Column[]) => columns.map((column) => (column.kind === 'field' ? column.field : column.kind));

describe('accepted headers', () => {
  test.each(FIELDS.flatMap(({ name, headers }) => headers.map((header) => [header, name])))('%s stands for %s', (header, name) => {
    const others = ['unique_id', 'login_source'].filter((other) => other !== header);
    expect(fieldsIn(accept([header, ...others]).columns)[0]).toBe(name);
  });

  test('are compared trimmed, without regard to case, and without a byte order mark', () => {
    const { columns } = accept(['\uFEFFUnique_ID ', '  LOGIN_SOURCE', '\tEmail\u00a0']);
    expect(columns).toEqual([
      { kind: 'field', field: 'uniqueId', header: 'Unique_ID' },
      { kind: 'field', field: 'loginSource', header: 'LOGIN_SOURCE' },
      { kind: 'field', field: 'email', header: 'Email' },
    ]);
  });

  test('may come in any order, and one field under two of its names', () => {
    expect(fieldsIn(accept(['state', 'login_source', 'province', 'unique_id']).columns)).toEqual([
      'province',
      'loginSource',
      'province',
      'uniqueId',
    ]);
  });

  test('of an Agylia file are its own', () => {
    const headers = AGYLIA_FIELDS.map(({ headers: [first] }) => first);
    expect(headers).toEqual(['username', 'forename', 'surname', 'mail', 'groups', 'active']);
    expect(fieldsIn(accept(headers, { profile: 'agylia', furtherColumns: [], unknownColumns: 'refuse' }).columns)[0]).toBe('uniqueId');
    expect(refusalOf(['unique_id'], { profile: 'agylia', furtherColumns: [], unknownColumns: 'refuse' }).message).toContain('username');
  });
});

describe('our own report columns', () => {
  test('are always accepted, and say that a failed-records file was dropped back', () => {
    const { columns, droppedBack } = accept(['unique_id', 'login_source', ...REPORT_HEADERS]);
    expect(fieldsIn(columns)).toEqual(['uniqueId', 'loginSource', 'ours', 'ours', 'ours', 'ours']);
    expect(droppedBack).toBe(true);
  });

  test.each(REPORT_HEADERS)('%s alone says so, too', (header) => {
    expect(accept(['unique_id', 'login_source', header]).droppedBack).toBe(true);
    expect(accept(['unique_id', 'login_source']).droppedBack).toBe(false);
  });

  test('may come twice: the report of a dropped-back file can be dropped back, too', () => {
    expect(accept(['unique_id', 'login_source', ...REPORT_HEADERS, ...REPORT_HEADERS]).droppedBack).toBe(true);
  });
});

describe('unknown columns', () => {
  test.each([
    ['frist_name', 'first_name'],
    ['First Name', 'first_name'],
    ['firstname', 'first_name'],
    ['e-mail', 'email'],
    ['mail', 'email'],
    ['emial', 'email'],
    ['username', 'user_name'],
    ['postcode', 'postal_code'],
    ['employee_no', 'employ_no'],
    ['driver_licence_number', undefined],
    ['ï»¿first_name', 'first_name'],
    ['ｆｉｒｓｔ＿ｎａｍｅ', 'first_name'],
    ['*first_name*', 'first_name'],
    ['[first_name]', 'first_name'],
    ['Prénom', 'first_name'],
    ['sn', 'last_name'],
    ['Error Code', 'error_code'],
    ['shoe_size', undefined],
  ])('%s is refused by name, with a suggestion where one is close', (header, suggestion) => {
    const { code, message, line } = refusalOf(['unique_id', 'login_source', header]);
    expect({ code, line }).toEqual({ code: 'HEADER_UNKNOWN', line: 1 });
    expect(message).toContain(`"${header}"`);
    expect(/did you mean ([\w]+)/.exec(message)?.[1]).toBe(suggestion);
  });

  test('a name that the file already has is no suggestion', () => {
    expect(refusalOf(['unique_id', 'login_source', 'email', 'e-mail']).message).not.toContain('did you mean');
  });

  test.each([
    ['emаil', true],
    ['émail', false],
    ['unique–id', false],
    ['unique\u00a0id', false],
  ])('only letters that look like Latin ones are called letters of another alphabet: %s', (header, isSaid) => {
    const { message } = refusalOf(['unique_id', 'login_source', header]);
    expect(message.includes('a letter of another alphabet')).toBe(isSaid);
  });

  test('of the other kind of client are suggested by what they mean', () => {
    const agylia = { profile: 'agylia', furtherColumns: [], unknownColumns: 'refuse' } as const;
    const { message } = refusalOf(['unique_id', 'first_name', 'last_name', 'email'], agylia);
    const meant = [...message.matchAll(/did you mean (\w+)/g)].map(([, name]) => name);
    expect(meant).toEqual(['username', 'forename', 'surname', 'mail']);
  });

  test('without a name wait for the first value in them', () => {
    const { nameless, ignoredHeaders } = accept(['unique_id', 'login_source', '', 'email', ' ']);
    expect({ nameless, ignoredHeaders }).toEqual({ nameless: [2, 4], ignoredHeaders: [] });
  });

  test('that people would use are all suggested at once, each for another column', () => {
    const { message } = refusalOf(['Student ID', 'Login', 'First Name', 'Surname', 'E-mail Address', 'Status', 'ID', 'DOB', 'Mobile']);
    const meant = [...message.matchAll(/"([^"]+)" \(did you mean (\w+)\?\)/g)].map(([, header, name]) => [header, name]);
    expect(meant).toEqual([
      ['Student ID', 'unique_id'],
      ['Login', 'login_source'],
      ['First Name', 'first_name'],
      ['Surname', 'last_name'],
      ['E-mail Address', 'email'],
      ['Status', 'active'],
      ['DOB', 'date_of_birth'],
      ['Mobile', 'phone_cell'],
    ]);
  });

  test('are skipped and listed as sent where the client ignores them', () => {
    const { columns, ignoredHeaders } = accept(['unique_id', ' Shoe Size ', 'login_source'], ignore);
    expect(fieldsIn(columns)).toEqual(['uniqueId', 'ignored', 'loginSource']);
    expect(ignoredHeaders).toEqual(['Shoe Size']);
  });

  test('are named ten at most, each cut to a length that can be read', () => {
    const { message } = refusalOf(['unique_id', 'login_source', ...Array.from({ length: 5000 }, (_, i) => `x${i}${'y'.repeat(500)}`)]);
    expect(message).toContain('4990 more');
    expect(message.length).toBeLessThan(1000);
  });
});

describe('required columns', () => {
  test.each([
    [['login_source', 'email'], 'The required column unique_id is missing.'],
    [['unique_id', 'email'], 'The required column login_source is missing.'],
  ])('%j: what is missing is named', (headers, message) => {
    expect(refusalOf(headers)).toEqual({ code: 'HEADER_MISSING', message, line: 1 });
  });

  test('a misspelt one is suggested, also where unknown columns are ignored', () => {
    for (const settings of [refuse, ignore]) {
      expect(refusalOf(['uniqe_id', 'login_source'], settings)).toMatchObject({
        code: 'HEADER_MISSING',
        message: 'The required column unique_id is missing. Unknown column "uniqe_id" (did you mean unique_id?); rename or remove it.',
      });
    }
  });

  test('a file without a header line is refused without a word of its first record', () => {
    const { code, message } = refusalOf(['4711', 'OPSCOM', 'Ana', 'López', 'ana@example.edu', 'Ana']);
    expect({ code, message }).toEqual({
      code: 'HEADER_MISSING',
      message: 'The required columns unique_id and login_source are missing. The first line of the file must contain the column names.',
    });
  });
});

test('the same header twice is refused, in whatever case', () => {
  expect(refusalOf(['unique_id', 'login_source', 'email', ' EMAIL', 'Email'])).toEqual({
    code: 'HEADER_DUPLICATE',
    message: 'The column "Email" appears twice; remove one.',
    line: 1,
  });
});

test('everything that is wrong with a header is said at once', () => {
  const { message } = refusalOf(['login_source', 'frist_name', 'email', 'email']);
  expect(message).toBe(
    'The required column unique_id is missing. Unknown column "frist_name" (did you mean first_name?); rename or remove it. ' +
      'The column "email" appears twice; remove one.',
  );
});

test('a header that holds line breaks and control characters is quoted on one line', () => {
  const { message } = refusalOf(['unique_id', 'login_source', 'a\nb\u001b[31m']);
  expect(message).toContain('"a\u{fffd}b\u{fffd}[31m"');
  expect(message).toContain('\u{fffd} stands for a character that cannot be seen');
});
