import { ImportsError } from '../../src/errors';
import { FIELDS } from '../../src/domain/record/fields';
import { aClient, aWorld, imports } from './fake-deps';

describe('scan', () => {
  test('looks for files now', async () => {
    const { code, out, world } = await imports(aWorld(), 'scan', 'acme');
    expect([code, out]).toEqual([0, 'Looking for files of acme.\nSee what comes of it with: imports list --client acme\n']);
    expect(world.calls).toEqual(['wake acme to look for files']);
    expect(JSON.parse((await imports(aWorld(), 'scan', 'acme', '--json')).out)).toEqual({ clientId: 'acme', scan: 'started' });
  });

  test('respects a pause, and says so', async () => {
    const paused = { at: new Date(0), by: 'sam', reason: 'they clean up' };
    const { code, out, err } = await imports(aWorld({ clients: [aClient('acme', { paused })] }), 'scan', 'acme');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: Client acme is paused by sam \(they clean up\)/);
  });

  test('leaves a disabled client alone', async () => {
    const { code, err, world } = await imports(aWorld({ clients: [aClient('acme', { enabled: false })] }), 'scan', 'acme');
    expect([code, err]).toEqual([
      1,
      'error: Client acme is disabled: its files are left alone. Enable it with: imports client enable acme\n',
    ]);
    expect(world.calls).toEqual([]);
  });

  test('needs a client that exists', async () => {
    expect((await imports(aWorld(), 'scan', 'acne')).code).toBe(1);
    expect((await imports(aWorld(), 'scan')).code).toBe(2);
  });

  test('without Temporal ends with exit code 3', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    expect((await imports(aWorld({ down }), 'scan', 'acme')).code).toBe(3);
  });
});

describe('template', () => {
  test('is one CSV line with every column', async () => {
    const { code, out } = await imports(aWorld(), 'template', 'acme');
    expect(code).toBe(0);
    expect(out).toBe(`${FIELDS.map((field) => field.headers[0]).join(',')}\r\n`);
    expect(out).toMatch(/^unique_id,login_source,first_name,/);
  });

  test("has the client's delimiter and the columns of its profile", async () => {
    const base = aClient('acme');
    const settings = { ...base.settings, profile: 'agylia' as const, delimiter: ';' as const };
    const { out } = await imports(aWorld({ clients: [{ ...base, settings }] }), 'template', 'acme');
    expect(out).toBe('username;forename;surname;mail;groups;active\r\n');
  });

  test('--json says which columns are required', async () => {
    const { out } = await imports(aWorld(), 'template', 'acme', '--json');
    expect(JSON.parse(out)).toEqual({
      clientId: 'acme',
      headers: FIELDS.map((field) => field.headers[0]),
      required: ['unique_id', 'login_source'],
    });
  });

  test('of an unknown client is not found', async () => {
    expect((await imports(aWorld(), 'template', 'nobody')).code).toBe(1);
  });
});

describe('doctor', () => {
  const good = { name: 'MongoDB', run: async () => ({ ok: true, detail: '127.0.0.1:27017, version 8.0.1' }) };
  const bad = {
    name: 'Temporal',
    run: async () => ({ ok: false, detail: '127.0.0.1:7233 does not answer', todo: 'Start it with: imports up, or set TEMPORAL_ADDRESS' }),
  };
  const broken = {
    name: 'Schedules',
    run: () => Promise.reject(new ImportsError('UNREACHABLE', 'Temporal cannot be reached, so schedules cannot be read. Mend that first')),
  };

  test('all well: exit code 0', async () => {
    const { code, out } = await imports(aWorld({ checks: [good], columns: 80 }), 'doctor');
    expect(code).toBe(0);
    expect(out).toBe(`    CHECK    FOUND
ok  MongoDB  127.0.0.1:27017, version 8.0.1

All is well.
`);
  });

  test('what waits for somebody is neither broken nor well: exit code 0, and the last line says what to type', async () => {
    const needsYou = '2 need you: acme-4 failed, acme-5 held → imports show ID';
    const run = async () => ({ ok: true, detail: 'acme-4 failed, acme-5 held', todo: 'imports show ID', needsYou });
    const waits = { name: 'Waiting imports', run };
    expect(await imports(aWorld({ checks: [good, waits], columns: 80 }), 'doctor')).toMatchObject({
      code: 0,
      out: `      CHECK            FOUND
ok    MongoDB          127.0.0.1:27017, version 8.0.1
wait  Waiting imports  acme-4 failed, acme-5 held
                       -> imports show ID

Nothing is broken. See what waits at: Waiting imports

${needsYou}
`,
    });
    const both = await imports(aWorld({ checks: [bad, waits], columns: 80 }), 'doctor');
    expect([both.code, both.out.endsWith(`\n\n${needsYou}\n`)]).toEqual([1, true]);
    expect(both.err).toContain('1 of 2 checks found something to do');
  });

  test('tells every problem and what to do about it, even when a check itself breaks', async () => {
    const { code, out, err } = await imports(aWorld({ checks: [good, bad, broken], columns: 80 }), 'doctor');
    expect([code, err]).toEqual([1, 'error: 2 of 3 checks found something to do. Do what each says, then look again: imports doctor\n']);
    expect(out).toBe(`      CHECK      FOUND
ok    MongoDB    127.0.0.1:27017, version 8.0.1
FAIL  Temporal   127.0.0.1:7233 does not answer
                 -> Start it with: imports up, or set TEMPORAL_ADDRESS
FAIL  Schedules  Temporal cannot be reached, so schedules cannot be read. Mend
                 that first
`);
  });

  test('one cause that breaks several checks, such as a wrong setting, is told once', async () => {
    const wrong = (name: string) => ({
      name,
      run: () => Promise.reject(new ImportsError('CONFIG', 'SMTP_URL is wrong. See .env.example')),
    });
    const { out, err } = await imports(aWorld({ checks: [wrong('MongoDB'), good, wrong('Mail')] }), 'doctor');
    expect(out).toContain('FAIL  MongoDB  SMTP_URL is wrong. See .env.example\n');
    expect(out).toContain('-     Mail     not looked at, for the reason that stands at MongoDB\n');
    expect(err).toContain('1 of 3 checks found something to do');
  });

  test('what could not be looked at is no problem of its own, and never well', async () => {
    const skipped = { name: 'Worker', run: async () => ({ ok: false, skipped: true as const, detail: 'not looked at: Temporal is down' }) };
    const { code, out, err } = await imports(aWorld({ checks: [bad, skipped], columns: 80 }), 'doctor');
    expect([code, err]).toEqual([1, 'error: 1 of 2 checks found something to do. Do what each says, then look again: imports doctor\n']);
    expect(out).toContain('\n-     Worker    not looked at: Temporal is down\n');
    expect((await imports(aWorld({ checks: [skipped] }), 'doctor')).code).toBe(1);
  });

  test('--json has every finding, in the order of the checks', async () => {
    const { code, out } = await imports(aWorld({ checks: [bad, good] }), 'doctor', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      checks: [
        {
          name: 'Temporal',
          ok: false,
          detail: '127.0.0.1:7233 does not answer',
          todo: 'Start it with: imports up, or set TEMPORAL_ADDRESS',
        },
        { name: 'MongoDB', ok: true, detail: '127.0.0.1:27017, version 8.0.1' },
      ],
    });
  });

  test('a check that never answers is a finding, not a hang', async () => {
    jest.useFakeTimers();
    try {
      const ran = imports(aWorld({ checks: [good, { name: 'Mail', run: () => new Promise(() => {}) }] }), 'doctor', '--json');
      await jest.advanceTimersByTimeAsync(30_000);
      const { code, out } = await ran;
      expect(code).toBe(1);
      expect(JSON.parse(out).checks[1]).toEqual({
        name: 'Mail',
        ok: false,
        detail: 'No answer within 30 seconds',
        todo: 'Look again: imports doctor',
      });
    } finally {
      jest.useRealTimers();
    }
  });

  test('leaves no timer behind that would keep the process alive', async () => {
    jest.useFakeTimers();
    try {
      await imports(aWorld({ checks: [good, bad, broken] }), 'doctor');
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
