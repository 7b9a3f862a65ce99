import { DEFAULT_SETTINGS, type ClientSettings } from '../../src/domain/client';
import { applyAssignments, SETTINGS } from '../../src/cli/clients/parse-setting';

const BASE: ClientSettings = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'p@city.example' };

function apply(...assignments: string[]): { settings: ClientSettings; problems: string[] } {
  const problems: string[] = [];
  const settings = applyAssignments(BASE, assignments, (problem) => problems.push(problem));
  return { settings, problems };
}

const byName = (a = '', b = '') => a.localeCompare(b);

const good: readonly (readonly [assignment: string, change: Partial<ClientSettings>])[] = [
  ['failedImportEmail=jürgen@exämple.de', { failedImportEmail: 'jürgen@exämple.de' }],
  ['archiveOnInactive=true', { archiveOnInactive: true }],
  ['startOnUpload=false', { startOnUpload: false }],
  ['loginSources=OPSCOM, LDAP', { loginSources: ['OPSCOM', 'LDAP'] }],
  [
    'userTypes=1:Student, 2: Staff: part time',
    {
      userTypes: [
        { id: 1, name: 'Student' },
        { id: 2, name: 'Staff: part time' },
      ],
    },
  ],
  ['userTypes=', { userTypes: [] }],
  ['userTypes=any', { userTypes: [] }],
  ['requiredFields=email,first_name,email', { requiredFields: ['email', 'firstName'] }],
  ['requiredFields=', { requiredFields: [] }],
  ['requiredFields=none', { requiredFields: [] }],
  ['unknownColumns=ignore', { unknownColumns: 'ignore' }],
  ['encoding=windows-1252', { encoding: 'windows-1252' }],
  ['delimiter=;', { delimiter: ';' }],
  ['delimiter=comma', { delimiter: ',' }],
  ['delimiter=tab', { delimiter: '\t' }],
  ['schedule=1m', { schedule: { every: '1m' } }],
  ['schedule=90s', { schedule: { every: '90s' } }],
  ['schedule=1d', { schedule: { every: '1d' } }],
  ['schedule=cron:0 0 * * *@Europe/Berlin', { schedule: { cron: '0 0 * * *', timeZone: 'Europe/Berlin' } }],
  [
    'schedule=cron: */15 6-20/2 1,15 jan-mar mon-fri @ america/toronto',
    { schedule: { cron: '*/15 6-20/2 1,15 jan-mar mon-fri', timeZone: 'America/Toronto' } },
  ],
  ['schedule=cron:0 0 * * 7@UTC', { schedule: { cron: '0 0 * * 7', timeZone: 'UTC' } }],
  ['holdAbove.archives=0', { holdAbove: { archives: 0, percent: 20, floor: 10 } }],
  ['holdAbove.percent=100', { holdAbove: { archives: 50, percent: 100, floor: 10 } }],
  ['approvalTimeoutHours=24', { approvalTimeoutHours: 24 }],
  ['maxFileBytes=1', { maxFileBytes: 1 }],
  ['maxFileBytes=500KiB', { maxFileBytes: 512_000 }],
  ['maxFileBytes=10 mib', { maxFileBytes: 10_485_760 }],
  ['maxFileBytes=2GiB', { maxFileBytes: 2_147_483_648 }],
  [
    'allowedAddresses=203.0.113.7, 198.51.100.0/24,2001:db8::/32',
    { allowedAddresses: ['203.0.113.7', '198.51.100.0/24', '2001:db8::/32'] },
  ],
  ['allowedAddresses=any', { allowedAddresses: [] }],
  ['expectFileEvery=26h', { expectFileEvery: '26h' }],
  ['expectFileEvery=off', { expectFileEvery: null }],
  ['webhookUrl=https://hooks.acme.example/imports?x=1', { webhookUrl: 'https://hooks.acme.example/imports?x=1' }],
  ['webhookUrl=off', { webhookUrl: null }],
];

test.each(good)('%s is read', (assignment, change) => {
  expect(apply(assignment)).toEqual({ settings: { ...BASE, ...change }, problems: [] });
});

const bad: readonly string[] = [
  'failedImportEmail=',
  'failedImportEmail=a@b',
  'failedImportEmail=a@b.ca,c@d.ca',
  'replyToAdminEmail=A <a@b.ca>',
  `replyToAdminEmail=${'a'.repeat(60)}@${'b.'.repeat(100)}ca`,
  'archiveOnInactive=yes',
  'archiveOnInactive=',
  'archiveOnInactive=TRUE',
  'loginSources=',
  'loginSources=a,A',
  `loginSources=${'x'.repeat(21)}`,
  'userTypes=Student',
  'userTypes=1:',
  'userTypes=1:A,1:B',
  'userTypes=-1:A',
  'requiredFields=active',
  'requiredFields=surname',
  'unknownColumns=warn',
  'encoding=latin1',
  'delimiter=|',
  'delimiter=constructor',
  'report=never',
  'schedule=59s',
  'schedule=5',
  'schedule=0m',
  'schedule=366d',
  'schedule=1h30m',
  'schedule=-5m',
  'schedule=cron:0 0 * * *',
  'schedule=cron:0 0 * * *@',
  'schedule=cron:0 0 * * *@Mars/Base',
  'schedule=cron:0 0 * * *@+01:00',
  'schedule=cron:0 0 * *@UTC',
  'schedule=cron:60 0 * * *@UTC',
  'schedule=cron:0 24 * * *@UTC',
  'schedule=cron:0 0 0 * *@UTC',
  'schedule=cron:0 0 * 13 *@UTC',
  'schedule=cron:0 0 * * 8@UTC',
  'schedule=cron:5-1 0 * * *@UTC',
  'schedule=cron:*/0 * * * *@UTC',
  'schedule=cron:1- * * * *@UTC',
  'schedule=cron:, * * * *@UTC',
  'schedule=cron:1-2-3 * * * *@UTC',
  'schedule=cron:@daily@UTC',
  'holdAbove.archives=-1',
  'holdAbove.percent=101',
  'holdAbove.floor=1.5',
  'approvalTimeoutHours=0',
  'maxRecords=1e6',
  'maxFileBytes=0',
  'maxFileBytes=10MB',
  'maxFileBytes=1.5GiB',
  'maxFileBytes=999999999999999GiB',
  'allowedAddresses=203.0.113.0/33',
  'allowedAddresses=sftp.acme.example',
  'expectFileEvery=never',
  'expectFileEvery=10s',
];

test.each(bad)('%s is refused with what it must be, and changes nothing', (assignment) => {
  const { settings, problems } = apply(assignment);
  const key = assignment.slice(0, assignment.indexOf('='));
  expect(settings).toEqual(BASE);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.startsWith(`${assignment}: ${key} must be `)).toBe(true);
});

test('a key that is near a setting is answered with the setting, others with where all are listed', () => {
  expect(apply('hold_above_archives=1', 'Schedule=5m', 'colour=blue', 'profile').problems).toEqual([
    'hold_above_archives is not a setting; did you mean holdAbove.archives?',
    'Schedule is not a setting; did you mean schedule?',
    'colour is not a setting; all are listed by: imports client set --help',
    'profile cannot be changed: it is chosen when the client is added, with --profile; add another client',
  ]);
});

test('a field that is near a field is answered with it', () => {
  expect(apply('requiredFields=emial').problems).toEqual([
    'requiredFields=emial: requiredFields must be names of fields separated by commas, e.g. email,firstName; emial is none, did you mean email?',
  ]);
});

test('further columns are those of the OPS-COM table that an Agylia client does not have already, and no client of OPS-COM has any', () => {
  const agylia = { ...BASE, profile: 'agylia' as const };
  const problems: string[] = [];
  const applied = applyAssignments(agylia, ['furtherColumns=phone_cell, userTypeId'], (problem) => problems.push(problem));
  expect(applied.furtherColumns).toEqual(['phoneCell', 'userTypeId']);
  expect(problems).toEqual([]);
  applyAssignments(agylia, ['furtherColumns=mail'], (problem) => problems.push(problem));
  expect(apply('furtherColumns=phone_cell').problems).toEqual([
    'furtherColumns=phone_cell: furtherColumns must be none: a client of the profile opscom may send all columns as it is',
  ]);
  expect(problems).toEqual([
    'furtherColumns=mail: furtherColumns must be names of fields separated by commas, e.g. phoneCell,employeeNo; mail is none',
  ]);
});

test('every setting of a client but the profile can be set', () => {
  const keys = new Set(SETTINGS.map(({ key }) => key.split('.')[0]));
  expect([...keys].toSorted(byName)).toEqual(
    Object.keys(BASE)
      .filter((key) => key !== 'profile')
      .toSorted(byName),
  );
});
