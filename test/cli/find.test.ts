import type { User } from '../../src/domain/user';
import { aWorld, clientId, importId, imports } from './fake-deps';

const user = (uniqueId: string, values: User['values'], change: Partial<User> = {}): User => ({
  userId: `acme/${uniqueId}` as User['userId'],
  clientId: clientId('acme'),
  uniqueId,
  status: 'active',
  rev: 1,
  values,
  ...change,
});
const ANN = user(
  '0042',
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@acme.example', userName: 'annlee' },
  { imported: { importId: importId('acme-7'), seq: 7, line: 3, decision: 'update' } },
);
const BEN = user('77', { firstName: 'Ben\u001b[2J' }, { status: 'archived' });

test('shows who was found on 100 columns, as text, and what to type next', async () => {
  const { code, out } = await imports(aWorld({ columns: 100, found: { users: [ANN, BEN], isWhole: true } }), 'find', 'acme', ' ann ');
  expect(code).toBe(0);
  expect(out).toBe(String.raw`UNIQUE ID  NAME          E-MAIL            USER NAME  STATUS    LAST IMPORT
0042       Ann Lee       ann@acme.example  annlee     active    acme-7
77         Ben\u{1b}[2J                               archived

Which imports touched one of them:
imports user acme UNIQUE_ID
`);
});

test('says when there may be more', async () => {
  const { out } = await imports(aWorld({ found: { users: [ANN], isWhole: false } }), 'find', 'acme', 'a');
  expect(out).toContain('\n\nThere may be more. Narrow the search, e.g. with the whole e-mail.\n\n');
});

test('--json has what tells users apart, and null where there is nothing', async () => {
  const { out } = await imports(aWorld({ found: { users: [ANN, BEN], isWhole: true } }), 'find', 'acme', 'a', '--json');
  expect(JSON.parse(out)).toEqual([
    {
      uniqueId: '0042',
      status: 'active',
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@acme.example',
      userName: 'annlee',
      importId: 'acme-7',
    },
    { uniqueId: '77', status: 'archived', firstName: 'Ben\u001b[2J', lastName: null, email: null, userName: null, importId: null },
  ]);
});
