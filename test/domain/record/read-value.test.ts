import { readDate, readEmail, readFlag, readGroups, readProvince, readWholeNumber } from '../../../src/domain/record/read-value';

describe('province', () => {
  test.each([
    ['ON', 'ON'],
    ['on', 'ON'],
    ['qC', 'QC'],
  ])('%s is stored as %s', (text, stored) => expect(readProvince(text)).toBe(stored));
  test.each(['O', 'ONT', 'Ontario', 'O1', 'O-', '@@', '[]', '`a', 'ÉÉ', 'ıı'])('%s is no two letters', (text) =>
    expect(readProvince(text)).toBeUndefined(),
  );
});

describe('whole number', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s is %d', (text, value) => expect(readWholeNumber(text)).toBe(value));
  test.each(['-1', '+1', '1.0', '1e3', '0x10', '1 000', '१', '9007199254740992', 'one'])('%s is none', (text) =>
    expect(readWholeNumber(text)).toBeUndefined(),
  );
});

describe('date', () => {
  const today = '2026-03-01';
  test.each(['1999-02-28', '2000-02-29', '2024-02-29', '1900-12-31', '2026-03-01', '0001-01-01'])('%s is a day', (text) =>
    expect(readDate(text, today)).toBe(text),
  );
  test.each([
    '1999-02-29',
    '1900-02-29',
    '1999-02-30',
    '1999-04-31',
    '1999-13-01',
    '1999-00-10',
    '1999-01-00',
    '0000-01-01',
    '2026-03-02',
    '9999-12-31',
    '28/02/1999',
    '1999/02/28',
    '1999-2-28',
    '1999-02-28T00:00',
    '19990228',
    '１999-02-28',
  ])('%s is none, or in the future', (text) => expect(readDate(text, today)).toBeUndefined());
});

describe('active', () => {
  test.each(['0', '1'] as const)('%s is taken', (text) => expect(readFlag(text)).toBe(text));
  test.each(['2', '00', '1.0', 'yes', 'TRUE', '-'])('%s is not', (text) => expect(readFlag(text)).toBeUndefined());
});

describe('e-mail', () => {
  test.each([
    'ana.lopez@example.edu',
    "o'neill+parking@example.co.uk",
    'Dov.Katz@Example.EDU',
    'a@b.ca',
    'élodie@exämple.org',
    'x_y-z@sub-domain.example.org',
    '1@2.example',
    `${'l'.repeat(64)}@example.org`,
  ])('%s is an address', (text) => expect(readEmail(text)).toBe(text));
  test.each([
    'not-an-address',
    '@example.edu',
    'ana@',
    'ana@example',
    'ana@@example.edu',
    'ana@ex@ample.edu',
    'ana lopez@example.edu',
    'ana@exam ple.edu',
    'ana\u00a0lopez@example.edu',
    '.ana@example.edu',
    'ana.@example.edu',
    'a..b@example.edu',
    'ana@.example.edu',
    'ana@example.edu.',
    'ana@example..edu',
    'ana@-example.edu',
    'ana@example-.edu',
    'ana@example_.edu',
    'ana@example.e',
    'ana@example.edu, bob@example.edu',
    'Ana <ana@example.edu>',
    'mailto:ana@example.edu',
    `${'l'.repeat(65)}@example.org`,
    `ana@${'d'.repeat(64)}.org`,
  ])('%s is none', (text) => expect(readEmail(text)).toBeUndefined());
});

describe('groups', () => {
  test.each([
    ['Staff', 'Staff'],
    [' Staff ; Sales;;Staff;STAFF', 'Staff;Sales'],
    ["'t Hart;[Old] Staff;#1", "'t Hart;[Old] Staff;#1"],
    ['«Альфа»;"Ed" Fund', '«Альфа»;"Ed" Fund'],
  ])('%j is stored as %j', (text, stored) => expect(readGroups(text, 20)).toBe(stored));
  test.each([';', ' ; ;', `ok;${'x'.repeat(21)}`, '"Staff";"Sales"', '["Staff","Sales"]', 'Staff;#N/A', 'null;Staff'])(
    '%j is none',
    (text) => expect(readGroups(text, 20)).toBeUndefined(),
  );
});
