import { mustHold, shareOf } from '../../../src/domain/decide/hold-rule';

const LIMIT = { archives: 50, percent: 20, floor: 10 };

test.each([
  ['nobody is archived', 0, 0, LIMIT, false],
  ['as many archives as the limit', 50, 1000, LIMIT, false],
  ['one more than the limit', 51, 100_000, LIMIT, true],
  ['exactly the percentage', 20, 100, LIMIT, false],
  ['one more than the percentage', 21, 100, LIMIT, true],
  ['a hair over the percentage', 10, 49, LIMIT, true],
  ['exactly the percentage of an odd number', 10, 50, LIMIT, false],
  ['all users, but fewer than the floor', 9, 9, LIMIT, false],
  ['all users, as many as the floor', 10, 10, LIMIT, true],
  ['a limit of none holds the first', 1, 1000, { archives: 0, percent: 100, floor: 1000 }, true],
  ['a limit of none holds no file without archives', 0, 1000, { archives: 0, percent: 0, floor: 0 }, false],
  ['100 % cannot be exceeded', 10, 10, { archives: 1000, percent: 100, floor: 1 }, false],
  ['0 % is exceeded by one', 1, 1_000_000, { archives: 1000, percent: 0, floor: 1 }, true],
] as const)('%s: %d of %d', (_, archives, activeUsers, limit, held) => {
  expect(mustHold({ archives, activeUsers }, limit)).toBe(held);
});

test('fewer archives never hold what more do not', () => {
  for (let activeUsers = 0; activeUsers <= 120; activeUsers++) {
    let held = false;
    for (let archives = 0; archives <= 120; archives++) {
      const now = mustHold({ archives, activeUsers }, LIMIT);
      expect(held && !now).toBe(false);
      held = now;
    }
  }
});

test.each([
  [0, 100, 0],
  [1, 100_000, 0.1],
  [99_999, 100_000, 99.9],
  [100, 100, 100],
  [1, 3, 33.3],
  [5, 0, 0],
])('%d of %d is %d %%', (part, whole, share) => {
  expect(shareOf(part, whole)).toBe(share);
});
