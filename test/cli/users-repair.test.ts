// `imports users repair`: what was mended, and who shares a value, without ever holding more names than a person reads.

import { userIdOf } from '../../src/domain/ids';
import type { SharedValue } from '../../src/domain/user';
import { aWorld, clientId, imports } from './fake-deps';

const of = (uniqueId: string) => userIdOf(clientId('acme'), uniqueId);
const shared: SharedValue = { userId: of('42'), field: 'email', heldBy: of('7') };

test('tells how many keys were mended, and who shares a value', async () => {
  const { code, out } = await imports(
    aWorld({
      repairs: [
        { mended: 2, shared: [] },
        { mended: 1, shared: [shared] },
      ],
    }),
    'users',
    'repair',
    'acme',
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^3 keys of acme were mended\.\n\nUSER +FIELD +SAME AS\n42 +email +7\n\nThese share a value/);
});

test('says so when there is nothing to mend', async () => {
  const { out } = await imports(aWorld(), 'users', 'repair', 'acme');
  expect(out).toBe('Every key of acme is as it should be.\n');
});

test('names a thousand and counts the rest', async () => {
  const repairs = Array.from({ length: 15 }, () => ({ mended: 0, shared: Array.from({ length: 100 }, () => shared) }));
  const item = JSON.parse((await imports(aWorld({ repairs }), 'users', 'repair', 'acme', '--json')).out);
  expect(item).toMatchObject({ clientId: 'acme', mended: 0, sharing: 1_500 });
  expect(item.shared).toHaveLength(1_000);
  expect(item.shared[0]).toEqual({ uniqueId: '42', field: 'email', heldBy: '7' });
});

test('needs a client that exists', async () => {
  expect((await imports(aWorld(), 'users', 'repair', 'acne')).code).toBe(1);
});
