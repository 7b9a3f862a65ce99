import { DEFAULT_SETTINGS } from '../../src/domain/client';
import { ImportsError } from '../../src/errors';
import { aClient, anAccount, aRun, aWorld, imports } from './fake-deps';

const REQUIRED = ['--failed-import-email', 'it@new.example', '--reply-to-admin-email', 'parking@city.example'];

describe('client add', () => {
  test('has its schedule judged, stores the client, makes its folder, then brings the schedules in line', async () => {
    const { code, err, world } = await imports(aWorld(), 'client', 'add', 'new', ...REQUIRED);
    expect([code, err]).toEqual([0, '']);
    expect(world.clients.at(-1)).toEqual({
      clientId: 'new',
      enabled: true,
      addedAt: new Date('2026-11-20T19:00:00.000Z'),
      settings: { ...DEFAULT_SETTINGS, failedImportEmail: 'it@new.example', replyToAdminEmail: 'parking@city.example' },
    });
    expect(world.calls).toEqual(['try every-5m', 'folder new', 'schedules every-5m']);
  });

  test('takes every option, and later ones win', async () => {
    const { code, out, world } = await imports(
      aWorld(),
      'client',
      'add',
      'new',
      ...REQUIRED,
      '--archive-on-inactive',
      '--login-source',
      'OPSCOM',
      '--login-source',
      'LDAP',
      '--set',
      'holdAbove.archives=200',
      '--set',
      'holdAbove.archives=300',
      '--set',
      'delimiter=tab',
      '--json',
    );
    expect(code).toBe(0);
    const settings = {
      ...aClient('x').settings,
      failedImportEmail: 'it@new.example',
      archiveOnInactive: true,
      loginSources: ['OPSCOM', 'LDAP'],
      holdAbove: { archives: 300, percent: 20, floor: 10 },
      delimiter: '\t',
    };
    expect(JSON.parse(out)).toEqual({ clientId: 'new', enabled: true, addedAt: '2026-11-20T19:00:00.000Z', settings });
    expect(world.clients.at(-1)?.settings).toEqual(settings);
  });

  test('says what was made and what to type next', async () => {
    const { out } = await imports(aWorld({ columns: 80 }), 'client', 'add', 'new', ...REQUIRED);
    expect(out).toContain(
      'Client                new\nProfile               opscom\nEnabled               yes\nfailedImportEmail     it@new.example\n',
    );
    expect(out).toMatch(/\n\nAdded\. Give it a login with:\nimports account add new USER --generate-password\n$/);
  });

  test('tells all problems at once and touches nothing', async () => {
    const args = [
      '--failed-import-email',
      'nobody',
      '--set',
      'archiveOnInactiv=true',
      '--set',
      'report',
      '--set',
      'schedule=30s',
      '--login-source',
      '',
    ];
    const { code, err, world } = await imports(aWorld(), 'client', 'add', 'New!', ...args);
    expect(code).toBe(2);
    expect(err).toBe(`error: The client was not added:
  - New! is not a client id: 1 to 40 lower-case letters, digits and inner hyphens, e.g. acme or city-of-halifax
  - failedImportEmail=nobody: failedImportEmail must be one e-mail address, e.g. it@acme.example
  - loginSources=: loginSources must be codes of at most 20 characters, each once, separated by commas: OPSCOM,LDAP
  - archiveOnInactiv is not a setting; did you mean archiveOnInactive?
  - report has no value: write report=failures|always
  - schedule=30s: schedule must be a time from a minute to a year, e.g. 5m or 1h, or cron:0 0 * * *@Europe/Berlin
  - --reply-to-admin-email is missing: an e-mail address
`);
    expect([world.opened, world.clients.length, world.calls]).toEqual([false, 2, []]);
  });

  test('an Agylia client has the defaults of its profile, which options replace', async () => {
    const { code, out } = await imports(
      aWorld(),
      'client',
      'add',
      'learn',
      ...REQUIRED,
      '--profile',
      'agylia',
      '--set',
      'furtherColumns=phone_cell,employeeNo',
      '--set',
      'schedule=1h',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out).settings).toEqual({
      ...aClient('x').settings,
      failedImportEmail: 'it@new.example',
      profile: 'agylia',
      schedule: { every: '1h' },
      startOnUpload: false,
      report: 'always',
      furtherColumns: ['phoneCell', 'employeeNo'],
    });
  });

  test('refuses a profile that there is not', async () => {
    const { code, err } = await imports(aWorld(), 'client', 'add', 'learn', ...REQUIRED, '--profile', 'moodle');
    expect([code, err]).toEqual([2, 'error: The client was not added:\n  - moodle is not a profile: write --profile opscom or agylia\n']);
  });

  test('refuses a client that exists, and leaves it as it is', async () => {
    const { code, err, world } = await imports(aWorld(), 'client', 'add', 'acme', ...REQUIRED);
    expect([code, err]).toEqual([1, 'error: Client acme exists already. Change it with: imports client set acme KEY=VALUE\n']);
    expect([world.clients.length, world.calls]).toEqual([2, []]);
  });

  test('that cannot reach Temporal adds nothing', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    const { code, err, world } = await imports(aWorld({ down }), 'client', 'add', 'new', ...REQUIRED);
    expect([code, err]).toEqual([3, 'error: The client was not added: Temporal cannot be reached.\n']);
    expect(world.clients.map(({ clientId }) => clientId)).toEqual(['acme', 'zenith']);
  });

  test('with a schedule that Temporal refuses adds nothing and says why', async () => {
    const why = 'Temporal does not know the time zone PST. Write America/Los_Angeles';
    const refusing = aWorld({ refusedSchedules: new Map([['0 0 * * *@PST', why]]) });
    const { code, err, world } = await imports(refusing, 'client', 'add', 'new', ...REQUIRED, '--set', 'schedule=cron:0 0 * * *@PST');
    expect([code, err]).toEqual([2, `error: The client was not added:\n  - schedule=cron:0 0 * * *@PST: ${why}\n`]);
    expect([world.clients.length, world.calls]).toEqual([2, ['try 0 0 * * *@PST']]);
  });
});

describe('client set', () => {
  test('changes what is named, keeps the rest, and brings the schedules in line', async () => {
    const { code, out, world } = await imports(
      aWorld(),
      'client',
      'set',
      'acme',
      'schedule=cron:0 0 * * *@Europe/Berlin',
      'report=always',
      '--json',
    );
    expect(code).toBe(0);
    const settings = { ...aClient('acme').settings, schedule: { cron: '0 0 * * *', timeZone: 'Europe/Berlin' }, report: 'always' };
    expect(JSON.parse(out)).toEqual({ clientId: 'acme', enabled: true, settings });
    expect(world.clients[0]?.settings).toEqual(settings);
    expect(world.clients[1]).toEqual(aClient('zenith'));
    const calls = ['try 0 0 * * *@Europe/Berlin', 'folder acme', 'schedules 0 0 * * *@Europe/Berlin, every-5m'];
    expect(world.calls).toEqual(calls);
  });

  test('changes all or nothing', async () => {
    const { code, err, world } = await imports(aWorld(), 'client', 'set', 'acme', 'report=always', 'maxRecords=0');
    expect([code, err]).toEqual([
      2,
      'error: Nothing was changed:\n  - maxRecords=0: maxRecords must be a whole number from 1 to 1000000000\n',
    ]);
    expect([world.clients[0], world.calls]).toEqual([aClient('acme'), []]);
  });

  test('stores nothing when Temporal refuses the schedule', async () => {
    const refusing = aWorld({ refusedSchedules: new Map([['0 0 31 2 *@UTC', 'there is no such day']]) });
    const { code, err, world } = await imports(refusing, 'client', 'set', 'acme', 'report=always', 'schedule=cron:0 0 31 2 *@UTC');
    expect([code, err]).toEqual([2, 'error: Nothing was changed:\n  - schedule=cron:0 0 31 2 *@UTC: there is no such day\n']);
    expect([world.clients[0], world.calls]).toEqual([aClient('acme'), ['try 0 0 31 2 *@UTC']]);
  });

  test('needs no Temporal for anything but the schedule', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    const { code, world } = await imports(aWorld({ down }), 'client', 'set', 'acme', 'report=always');
    expect([code, world.clients[0]?.settings.report, world.calls]).toEqual([0, 'always', []]);
  });

  test('needs something to set', async () => {
    const { code, err } = await imports(aWorld(), 'client', 'set', 'acme');
    expect([code, err]).toEqual([2, "error: missing required argument 'key=value'\nHow it is used: imports client set --help\n"]);
  });
});

const minute = (n: number) => new Date(Date.UTC(2026, 10, 20, 18, n));
/** Somebody pauses acme, whose last file is in and whose next two wait. */
const busy = () =>
  aWorld({
    columns: 80,
    clients: [aClient('zenith'), aClient('acme', { paused: { at: minute(0), by: 'sam', reason: 'they clean up' } })],
    accounts: [anAccount('acme-hr', 'acme', { lastLoginAt: minute(20) }), anAccount('acme-it', 'acme', { lastLoginAt: minute(40) })],
    runs: [aRun('acme-42', { outcome: 'imported-with-failures' })],
    waiting: { acme: { files: 2, oldest: minute(30), newest: minute(50) } },
  });

describe('client list, show', () => {
  test('list is a table at 80 columns', async () => {
    const { out } = await imports(busy(), 'client', 'list');
    expect(out).toBe(`CLIENT  ENABLED  WAITING  LAST UPLOAD       LAST IMPORT         LAST LOG-IN
acme    paused         2  2026-11-20 13:50  acme-42 imported-…  2026-11-20 13:40
zenith  yes            0  never             none                never

Left out: SCHEDULE, FAILED RECORDS TO, ARCHIVES, PROFILE; a wider terminal or
--json shows them
`);
  });

  test('list --json has the clients as they are', async () => {
    const { out } = await imports(busy(), 'client', 'list', '--json');
    const [acme, zenith] = JSON.parse(out);
    expect(acme).toMatchObject({
      clientId: 'acme',
      paused: { by: 'sam', reason: 'they clean up' },
      filesWaiting: 2,
      waitingSince: '2026-11-20T18:30:00.000Z',
      lastUploadAt: '2026-11-20T18:50:00.000Z',
      lastImport: { importId: 'acme-42', state: 'finished', outcome: 'imported-with-failures', receivedAt: '2026-11-20T18:00:00.000Z' },
      lastLoginAt: '2026-11-20T18:40:00.000Z',
    });
    const nothing = { filesWaiting: 0, waitingSince: null, lastUploadAt: null, lastImport: null, lastLoginAt: null };
    expect(zenith).toEqual({ ...aClient('zenith'), ...nothing });
  });

  test('show tells what the client has been up to', async () => {
    const { out } = await imports(busy(), 'client', 'show', 'acme');
    expect(out).toContain(`Files waiting         2, the oldest since 2026-11-20 13:30:00
Last upload           2026-11-20 13:50:00
Last import           acme-42, imported-with-failures
Last log-in           2026-11-20 13:40:00
`);
  });

  test('what waits in a folder that is not there is not known, and is not called none', async () => {
    const world = () => ({ ...busy(), waiting: {}, foldersGone: true });
    const { out } = await imports(world(), 'client', 'list');
    expect(out).toMatch(/acme +paused +- +2026-11-20 13:00/);
    expect(out).toMatch(/zenith +yes +- +- +none/);
    const [, zenith] = JSON.parse((await imports(world(), 'client', 'list', '--json')).out);
    expect(zenith).toMatchObject({ filesWaiting: null });
    expect((await imports(world(), 'client', 'show', 'zenith')).out).toMatch(
      /Files waiting +not known: its folder is not in IMPORTS_DATA_DIR\nLast upload +not known/,
    );
  });

  test('an empty list says how to begin', async () => {
    const { code, out } = await imports(aWorld({ clients: [] }), 'client', 'list');
    expect([code, out]).toEqual([
      0,
      'There are no clients yet. Add one with:\nimports client add ID --failed-import-email ADDRESS --reply-to-admin-email ADDRESS\n',
    ]);
  });

  test('show prints every setting as it would be typed', async () => {
    const base = aClient('acme');
    const settings = {
      ...base.settings,
      schedule: { cron: '0 0 * * *', timeZone: 'UTC' },
      userTypes: [
        { id: 1, name: 'Student' },
        { id: 2, name: 'Staff' },
      ],
      loginSources: ['OPSCOM', 'LDAP'],
      delimiter: ';' as const,
      expectFileEvery: '26h',
      webhookUrl: 'https://hooks.acme.example/imports',
    };
    const { out } = await imports(aWorld({ columns: 80, clients: [{ ...base, settings }] }), 'client', 'show', 'acme');
    expect(out).toBe(`Client                acme
Profile               opscom
Enabled               yes
Files waiting         0
Last upload           never
Last import           none
Last log-in           never
failedImportEmail     it@acme.example
replyToAdminEmail     parking@city.example
archiveOnInactive     false
reactivateOnActive    false
loginSources          OPSCOM,LDAP
userTypes             1:Student,2:Staff
furtherColumns        none
requiredFields        none
leadingZeros          same
unknownColumns        refuse
encoding              utf-8
delimiter             semicolon
schedule              cron:0 0 * * *@UTC
startOnUpload         true
holdAbove.archives    50
holdAbove.percent     20
holdAbove.floor       10
approvalTimeoutHours  72
report                failures
maxFileBytes          2GiB
maxRecords            5000000
allowedAddresses      any
expectFileEvery       26h
webhookUrl            https://hooks.acme.example/imports
`);
  });

  test('what show prints can be typed into set again and changes nothing', async () => {
    const { out } = await imports(aWorld(), 'client', 'show', 'acme');
    expect(out).toMatch(/^userTypes +any\nfurtherColumns +none\nrequiredFields +none$/m);
    const assignments = out
      .trimEnd()
      .split('\n')
      .slice(7)
      .map((line) => line.replace(/ +/, '='));
    const { code, err, world } = await imports(aWorld(), 'client', 'set', 'acme', ...assignments);
    expect([code, err]).toEqual([0, '']);
    expect(world.clients[0]).toEqual(aClient('acme'));
  });

  test('a client that does not exist is not found, with the one that was meant', async () => {
    const { code, err } = await imports(aWorld(), 'client', 'show', 'acne');
    expect([code, err]).toEqual([1, 'error: There is no client acne; did you mean acme?\nSee all with: imports client list\n']);
  });
});

test('no folder is made in a data directory that has none of any client; the first client of all is welcome', async () => {
  const gone = () => aWorld({ foldersGone: true });
  for (const words of [
    ['enable', 'acme'],
    ['set', 'acme', 'schedule=1h'],
    ['add', 'new', ...REQUIRED],
  ]) {
    const { code, err, world } = await imports(gone(), 'client', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining('make an empty one first: mkdir -p /data/clients/acme')]);
    expect(world.calls).toEqual([]);
    expect(world.clients).toEqual(aWorld().clients);
  }
  const spaced = await imports(aWorld({ foldersGone: true, clientsDir: "/sam's data/clients" }), 'client', 'enable', 'acme');
  expect(spaced.err).toContain(String.raw`make an empty one first: mkdir -p '/sam'\''s data/clients/acme'` + '\n');
  const first = await imports(aWorld({ foldersGone: true, clients: [] }), 'client', 'add', 'new', ...REQUIRED);
  expect([first.code, first.world.calls]).toEqual([0, expect.arrayContaining(['folder new'])]);
  for (const words of [
    ['disable', 'acme'],
    ['set', 'acme', 'report=always'],
  ]) {
    const { code, world } = await imports(gone(), 'client', ...words);
    expect([code, world.calls]).toEqual([0, expect.not.arrayContaining(['folder acme'])]);
  }
});

describe('client disable, enable', () => {
  test('disable takes the client out of the schedules, enable puts it in again', async () => {
    const world = aWorld();
    const off = await imports(world, 'client', 'disable', 'acme');
    expect([off.code, off.out]).toEqual([
      0,
      'Client acme is disabled. Its files are left alone and its accounts cannot log in. An import that has begun continues to its end.\n',
    ]);
    expect(world.clients[0]?.enabled).toBe(false);
    const on = await imports(world, 'client', 'enable', 'acme', '--json');
    expect(JSON.parse(on.out)).toEqual(aClient('acme'));
    const calls = ['folder acme', 'schedules every-5m', 'folder acme', 'schedules every-5m', 'wake acme to look for files'];
    expect(world.calls).toEqual(calls);
  });

  test('enable looks at once for files that came meanwhile, unless uploads are to wait for the schedule', async () => {
    const { out, world } = await imports(aWorld(), 'client', 'enable', 'acme');
    expect(out).toContain('its schedule is in force. Files that wait are looked for now.\n');
    expect(world.calls).toContain('wake acme to look for files');
    const patient = aClient('acme', { settings: { ...aClient('acme').settings, startOnUpload: false } });
    expect((await imports(aWorld({ clients: [patient] }), 'client', 'enable', 'acme')).world.calls).not.toContain(
      'wake acme to look for files',
    );
  });

  test.each(['disable', 'enable'])('%s of an unknown client is not found', async (verb) => {
    expect((await imports(aWorld(), 'client', verb, 'nobody')).code).toBe(1);
  });

  test('disable that cannot reach Temporal says to repeat it', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    const { code, err } = await imports(aWorld({ down }), 'client', 'disable', 'acme');
    expect(code).toBe(3);
    expect(err).toContain('imports client disable acme');
  });
});

describe('client pause, resume', () => {
  const reason = ['--reason', 'they move to another payroll'];

  test('pause keeps who, when and why, and starts nothing', async () => {
    const { code, out, world } = await imports(aWorld(), 'client', 'pause', 'acme', ...reason);
    const paused = { at: new Date('2026-11-20T19:00:00.000Z'), by: 'pat', reason: 'they move to another payroll' };
    expect([code, world.clients, world.calls]).toEqual([0, [aClient('acme', { paused }), aClient('zenith')], []]);
    expect(out)
      .toBe(`Client acme is paused: none of its imports, retries or approvals starts. Uploads are still accepted, and a running import continues to its end.
End it with: imports client resume acme --reason "…"
`);
  });

  test('list and show say so', async () => {
    const paused = { at: new Date('2026-11-20T19:00:00.000Z'), by: 'pat', reason: 'they move' };
    const world = aWorld({ clients: [aClient('acme', { paused }), aClient('zenith')] });
    expect((await imports(world, 'client', 'list')).out).toMatch(/^acme +paused .*\nzenith +yes /m);
    expect((await imports(world, 'client', 'show', 'acme')).out).toContain('Paused                2026-11-20 14:00:00 by pat: they move\n');
    expect(JSON.parse((await imports(world, 'client', 'show', 'acme', '--json')).out).paused).toEqual({
      at: '2026-11-20T19:00:00.000Z',
      by: 'pat',
      reason: 'they move',
    });
  });

  test('resume takes up what waits, keeps who resumed it, and may be repeated', async () => {
    const world = aWorld({ clients: [aClient('acme', { paused: { at: new Date(0), by: 'kim', reason: 'x' } })] });
    const { code, out } = await imports(world, 'client', 'resume', 'acme', ...reason);
    expect([code, out]).toEqual([
      0,
      'Client acme is resumed: what waits is taken up now.\nSee what comes of it with: imports list --client acme\n',
    ]);
    expect(world.clients[0]).toMatchObject({ resumed: { by: 'pat', reason: 'they move to another payroll' } });
    expect(world.clients[0]).not.toHaveProperty('paused');
    expect((await imports(world, 'client', 'resume', 'acme', ...reason)).code).toBe(0);
    expect(world.calls).toEqual(['wake acme to look for files', 'wake acme to look for files']);
  });
});
