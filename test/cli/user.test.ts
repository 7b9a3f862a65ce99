import type { UserChange } from '../../src/domain/undo/undo';
import type { User } from '../../src/domain/user';
import { aWorld, clientId, importId, imports } from './fake-deps';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 18, minute));
const userId = 'acme/0042' as UserChange['userId'];
const stamp = (n: number, decision: 'create' | 'update' | 'archive') => ({
  importId: importId(`acme-${n}`),
  seq: n,
  line: n + 1,
  decision,
});
const created = { importId: importId('acme-1'), line: 2, at: at(1) };
const aUser = (change: Partial<User> = {}): User => ({
  userId,
  clientId: clientId('acme'),
  uniqueId: '0042',
  status: 'active',
  rev: 1,
  values: { firstName: 'Ann', email: 'ann@x.org' },
  imported: stamp(1, 'create'),
  created,
  ...change,
});
const aChange = (n: number, change: Partial<UserChange>): UserChange => ({
  importId: importId(`acme-${n}`),
  line: n + 1,
  userId,
  decision: 'update',
  rev: n - 1,
  before: {},
  after: {},
  at: at(n),
  ...change,
});
const world = (user: User, ...changes: UserChange[]) =>
  aWorld({ columns: 80, histories: new Map([[userId as string, { user, changes }]]) });

test('tells who did what, from which line, old and new values, newest last, on 80 columns', async () => {
  const user = aUser({
    status: 'archived',
    rev: 4,
    values: { firstName: 'Anna', city: 'Ottawa' },
    imported: stamp(3, 'archive'),
    archived: { importId: importId('acme-3'), at: at(3) },
  });
  const { code, out } = await imports(
    world(
      user,
      aChange(2, { before: { firstName: 'Ann', city: null }, after: { firstName: 'Anna', city: 'Ottawa' } }),
      aChange(3, { decision: 'archive', undoneAt: at(9), before: { email: 'ann@x.org' }, after: { email: 'anna@x.org' } }),
    ),
    'user',
    'acme',
    '0042',
  );
  expect(code).toBe(0);
  expect(out).toBe(
    [
      'User    0042',
      'Client  acme',
      'Status  archived',
      '',
      'WHEN              IMPORT  LINE  USER WAS  FIELD: OLD -> NEW',
      '2026-11-20 13:01  acme-1     2  created   firstName: Ann',
      '                                          email: ann@x.org',
      '2026-11-20 13:02  acme-2     3  updated   firstName: Ann -> Anna',
      '                                          city: Ottawa',
      '2026-11-20 13:03  acme-3     4  archived  email: ann@x.org -> anna@x.org',
      '2026-11-20 13:09  acme-3     4  undone    email: anna@x.org -> ann@x.org',
      '',
    ].join('\n'),
  );
});

test('a creation that was undone tells what the user gave up', async () => {
  const user = aUser({
    status: 'archived',
    rev: 2,
    values: { firstName: 'Ann' },
    created: { ...created, undoneAt: at(5), gaveUp: { email: 'ann@x.org' } },
  });
  const { out } = await imports(world(user), 'user', 'acme', '0042', '--json');
  expect(JSON.parse(out)).toEqual({
    clientId: 'acme',
    uniqueId: '0042',
    status: 'archived',
    rev: 2,
    events: [
      {
        did: 'create',
        importId: 'acme-1',
        line: 2,
        at: at(1).toISOString(),
        fields: [
          { field: 'firstName', old: null, new: 'Ann' },
          { field: 'email', old: null, new: 'ann@x.org' },
        ],
      },
      { did: 'undo', importId: 'acme-1', line: 2, at: at(5).toISOString(), fields: [{ field: 'email', old: 'ann@x.org', new: null }] },
    ],
  });
});

test('says so when the values have expired', async () => {
  const { out } = await imports(world(aUser({ rev: 3, imported: stamp(3, 'update') })), 'user', 'acme', '0042');
  expect(out).toMatch(/acme-3 +4 +updated +values no longer known/);
  expect(out).toMatch(/acme-1 +2 +created +values no longer known/);
});

test('what the application has changed since is not said to be what the import wrote', async () => {
  const archived = { status: 'archived', imported: stamp(2, 'archive'), values: { lastName: 'Wed' } } as const;
  const change = aChange(2, { decision: 'archive' });
  const before = await imports(world(aUser({ ...archived, rev: 2 }), change), 'user', 'acme', '0042');
  expect(before.out).toContain('lastName: Wed');
  const since = await imports(world(aUser({ ...archived, rev: 3 }), change), 'user', 'acme', '0042');
  expect(since.out).not.toContain('Wed');
  expect(since.out).toMatch(/acme-1 +2 +created +values no longer known/);
});

test('says so when no import ever touched the user', async () => {
  const { imported: _imported, created: _created, ...untouched } = aUser();
  expect((await imports(world(untouched), 'user', 'acme', '0042')).out).toContain('No import has touched this user');
});

test.each([
  ['acme', '42', 'error: Client acme has no user with the unique id 42\n'],
  ['acne', '0042', 'error: There is no client acne; did you mean acme?\n'],
])('of %s %s is not found', async (client, uniqueId, err) => {
  const ran = await imports(world(aUser()), 'user', client, uniqueId);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain(err);
});
