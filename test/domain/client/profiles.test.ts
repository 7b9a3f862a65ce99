import { DEFAULT_SETTINGS, type ClientSettings } from '../../../src/domain/client';
import { ALL_FIELDS, fieldsOf, furtherFields, PROFILE_NAMES, PROFILES, uploadPath } from '../../../src/domain/client/profiles';

const headersOf = (settings: Partial<ClientSettings>) => fieldsOf({ ...DEFAULT_SETTINGS, ...settings }).map(({ headers }) => headers[0]);

describe('the profile of OPS-COM', () => {
  test('has one folder, which it shows when there is something in it, and takes any file', () => {
    const { layout, settings, upload, report } = PROFILES.opscom;
    expect(layout).toEqual({ folders: [], readOnly: ['.bak'], removeOnly: [], upload: { folder: [], fileName: null } });
    expect([settings, upload, report, uploadPath(layout)]).toEqual([{}, 'moved', 'failed-records', undefined]);
  });
  test('has no further columns: it has them all', () => expect(furtherFields('opscom')).toEqual([]));
});

describe('the profile of Agylia', () => {
  test('has four folders and one place for one file', () => {
    const { layout } = PROFILES.agylia;
    expect(layout.folders).toEqual(['log', 'reports', 'tmp', 'uploads']);
    expect(uploadPath(layout)).toBe('/uploads/user-import.csv');
  });
  test('imports every night, at midnight UTC, and always reports', () => {
    expect(PROFILES.agylia.settings).toEqual({ schedule: { cron: '0 0 * * *', timeZone: 'UTC' }, startOnUpload: false, report: 'always' });
  });
  test('has its own columns, and those that the settings name', () => {
    expect(headersOf({ profile: 'agylia' })).toEqual(['username', 'forename', 'surname', 'mail', 'groups', 'active']);
    expect(headersOf({ profile: 'agylia', furtherColumns: ['employeeNo', 'loginSource'] })).toEqual([
      'username',
      'forename',
      'surname',
      'mail',
      'groups',
      'active',
      'login_source',
      'employ_no',
    ]);
  });
  test('requires none of the further columns', () => expect(furtherFields('agylia').filter(({ required }) => required)).toEqual([]));
});

test.each(PROFILE_NAMES)('%s says who a user is, once', (profile) => {
  const required = PROFILES[profile].fields.filter(({ name }) => name === 'uniqueId');
  expect(required).toEqual([expect.objectContaining({ required: true })]);
});

test('a field is stored once, whoever has it', () => {
  const names = ALL_FIELDS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['groups', 'lockerUserTypeId']));
});
