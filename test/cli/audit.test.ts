// Every change that an operator makes is on record before it takes effect. The surroundings of all tests of commands fail a change that is
// not (fake-deps.ts); here is what is written, and how it is read.

import { ImportsError } from '../../src/errors';
import { aClient, anAccount, aRun, aWorld, imports, importsWith, servicesOf, type World } from './fake-deps';

const last = (world: World) => world.audit.at(-1);

test('a changed setting is on record with who, where, when, what it was and what it is', async () => {
  const world = aWorld();
  await imports(world, 'client', 'set', 'acme', 'report=always', 'failedImportEmail=new@acme.example');
  expect(world.audit).toHaveLength(1);
  expect(last(world)).toMatchObject({
    seq: 1,
    at: new Date('2026-11-20T19:00:00.000Z'),
    by: { name: 'pat', uid: 1000, host: 'desk', selfDeclared: null },
    action: 'client set',
    clientId: 'acme',
    subject: 'acme',
    was: { report: 'failures', failedImportEmail: 'it@acme.example' },
    is: { report: 'always', failedImportEmail: 'new@acme.example' },
  });
});

test.each([
  [['client', 'add', 'new', '--failed-import-email', 'a@new.example', '--reply-to-admin-email', 'b@new.example'], 'client add', 'new'],
  [['client', 'disable', 'acme'], 'client disable', 'acme'],
  [['client', 'enable', 'acme'], 'client enable', 'acme'],
  [['client', 'pause', 'acme', '--reason', 'why'], 'client pause', 'acme'],
  [['client', 'resume', 'acme', '--reason', 'why'], 'client resume', 'acme'],
  [['account', 'add', 'acme', 'hr', '--generate-password'], 'account add', 'hr'],
  [['account', 'passwd', 'acme-hr', '--generate-password'], 'account passwd', 'acme-hr'],
  [['account', 'disable', 'acme-hr'], 'account disable', 'acme-hr'],
  [['account', 'key', 'remove', 'acme-hr', 'SHA256:AAAA1'], 'account key remove', 'acme-hr'],
  [['ban', 'lift', '203.0.113.7'], 'ban lift', '203.0.113.7'],
  [['retry', 'acme-2', '--reason', 'why'], 'retry', 'acme-2'],
  [['approve', 'acme-3', '--reason', 'why'], 'approve', 'acme-3'],
  [['decline', 'acme-3', '--reason', 'why'], 'decline', 'acme-3'],
  [['resend-report', 'acme-4'], 'resend-report', 'acme-4'],
  [['scan', 'acme'], 'scan', 'acme'],
] as const)('imports %j is on record, without secrets', async (args, action, subject) => {
  const world = aWorld({
    accounts: [
      anAccount('acme-hr', 'acme', {
        passwordHash: 'argon-secret',
        publicKeys: [{ algorithm: 'ssh-ed25519', blob: 'AAAA1', fingerprint: 'SHA256:AAAA1', comment: 'ann@desk' }],
      }),
    ],
    bans: [{ address: '203.0.113.7', since: new Date(0), until: new Date('2027-01-01'), times: 1, reason: 'wrong password', spares: [] }],
    runs: [
      aRun('acme-2', { state: 'failed', outcome: null }),
      aRun('acme-3', { state: 'held', outcome: null }),
      aRun('acme-4', { report: 'failed' }),
    ],
  });
  await imports(world, ...args);
  expect(last(world)).toMatchObject({ action, subject, reason: args.includes('why' as never) ? 'why' : null });
  expect(JSON.stringify(world.audit)).not.toMatch(/argon-secret|hash of|correct-horse|ann@desk/);
});

test('what cannot be put on record is not done', async () => {
  const world = aWorld();
  const append = (): Promise<never> => Promise.reject(new ImportsError('UNREACHABLE', 'MongoDB did not answer. Check that it runs.'));
  const services = servicesOf(world);
  const ran = await importsWith(
    { open: async () => ({ ...services, audit: { ...services.audit, append } }) },
    world,
    'client',
    'disable',
    'acme',
  );
  expect(ran.code).toBe(3);
  expect(world.clients.find(({ clientId }) => clientId === 'acme')?.enabled).toBe(true);
});

test('a command that is refused, or only looks, leaves no entry', async () => {
  const world = aWorld({ clients: [aClient('acme')] });
  await imports(world, 'client', 'set', 'acme', 'report=sometimes');
  await imports(world, 'client', 'list');
  await imports(world, 'audit');
  expect(world.audit).toEqual([]);
});

test('imports audit shows who did what, and why; --client, --since and --json choose', async () => {
  const world = aWorld();
  await imports(world, 'client', 'set', 'acme', 'report=always');
  await imports(world, 'client', 'pause', 'zenith', '--reason', 'they move');
  const shown = await imports(world, 'audit');
  expect(shown.out).toContain('report: "failures" -> "always"');
  expect(shown.out).toMatch(/pat +desk +client pause +zenith +they move/);
  expect(JSON.parse((await imports(world, 'audit', '--client', 'acme', '--json')).out)).toMatchObject([{ action: 'client set' }]);
  expect((await imports(world, 'audit', '--since', '2026-11-21')).out).toBe('Nothing is on record.\n');
  expect((await imports(world, 'audit', '--since', '1h')).out).toContain('client set');
});

test('on a narrow terminal imports audit breaks long values and loses nothing', async () => {
  const world = aWorld({ columns: 70 });
  await imports(world, 'client', 'set', 'acme', 'failedImportEmail=a-rather-long-name-of-an-office@registrar.acme.example');
  const { out } = await imports(world, 'audit');
  expect(out).not.toContain('…');
  expect(out.replace(/\s/g, '')).toContain('a-rather-long-name-of-an-office@registrar.acme.example');
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(70);
});

test('imports audit shows what was where nobody knew what it would become, and does not call that a change', async () => {
  const world = aWorld({ runs: [aRun('acme-1', { state: 'cancelled', outcome: null })] });
  await imports(world, 'retry', 'acme-1', '--reason', 'again');
  const { out } = await imports(world, 'audit');
  expect(out).toContain('state was: "cancelled"');
  expect(out).not.toContain('->');
});

test('imports audit fits 80 columns where a person was erased; --json has the whole hash', async () => {
  const world = aWorld({ columns: 80 });
  await imports(world, 'person', 'erase', 'acme', '1042', '--reason', 'their request of 3 November, by letter');
  await imports(world, 'client', 'pause', 'zenith', '--reason', 'they move');
  const { out } = await imports(world, 'audit');
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out).toMatch(/person erase +sha256:[0-9a-f]{12}… +their request/);
  expect(JSON.parse((await imports(world, 'audit', '--json')).out)).toMatchObject([
    { subject: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    {},
  ]);
});

test('imports audit --verify says that the chain holds, with its last hash, or where it does not', async () => {
  const world = aWorld();
  await imports(world, 'client', 'disable', 'acme');
  expect(await imports(world, 'audit', '--verify')).toMatchObject({ code: 0, out: expect.stringContaining('1 entries') as string });
  world.auditBrokenAt = 1;
  expect(await imports(world, 'audit', '--verify')).toMatchObject({
    code: 1,
    err: expect.stringContaining('entry 1 does not hold') as string,
  });
});
