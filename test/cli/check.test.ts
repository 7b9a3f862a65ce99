import type { CheckedFile } from '../../src/domain/file/checked-file';
import { NO_COUNTS } from '../../src/domain/import-run';
import { reason } from '../../src/domain/reason/reasons';
import { ImportsError } from '../../src/errors';
import { aWorld, imports } from './fake-deps';

const world = (change: Partial<CheckedFile> = {}) => {
  const fresh = aWorld();
  return { ...fresh, checked: { ...fresh.checked, ...change } };
};
const FAILURES: Partial<CheckedFile> = {
  counts: { ...NO_COUNTS, records: 30, created: 10, rejected: 12, updated: 8 },
  reasonCounts: { '9033': 11, '9019': 2 },
  reasonGroups: [
    { code: '9033', field: 'province', count: 11, lines: [2, 3, 4, 5, 6], message: null },
    { code: '9019', field: 'email', count: 2, lines: [7, 8], message: null },
  ],
  firstRejected: Array.from({ length: 10 }, (_, n) => ({
    line: n + 2,
    uniqueId: n === 0 ? '' : `10${n}`,
    reasons: [reason('9033', 'province')],
  })),
};

test('a file that would be imported without failures ends with exit code 0', async () => {
  const { code, out, err, world: after } = await imports(world(), 'check', 'acme', 'users.csv');
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(`Client   acme
File     users.csv, 1,234 bytes
Result   would be imported without failures
Records  10: 10 created
`);
  expect(after.calls).toEqual(['check acme users.csv out=null']);
});

test('records that would be rejected are told with their reasons by frequency and the first lines; exit code 1', async () => {
  const { code, out, err } = await imports(world(FAILURES), 'check', 'acme', 'users.csv');
  expect(code).toBe(1);
  expect(err).toBe('error: 12 of 30 records would be rejected.\nWrite them to a file, each with its reasons, with: --out failed.csv\n');
  expect(out).toContain('Records  30: 10 created, 8 updated, 12 rejected');
  expect(out.indexOf('9033')).toBeLessThan(out.indexOf('9019'));
  expect(out).toMatch(/\n +2 +\(none\) +9033 province: .*\n +3 +101 +9033/);
  expect(out).toMatch(/\nand 2 more\n$/);
});

test('--out is where the failed records go, and it says so', async () => {
  const { out, world: after } = await imports(world(FAILURES), 'check', 'acme', 'users.csv', '--out', 'failed.csv');
  expect(after.calls).toEqual(['check acme users.csv out=failed.csv']);
  expect(out).toMatch(/\nThe failed records were written to failed\.csv\n$/);
});

test('--out never overwrites the file that is checked', async () => {
  const ran = await imports(world(), 'check', 'acme', 'users.csv', '--out', './users.csv');
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.world.calls).toEqual([]);
});

test('a file that would be refused says why; exit code 1', async () => {
  const refusal = { code: 'HEADER_UNKNOWN', message: 'The column emial is not known; did you mean email?', line: 1 } as const;
  const { code, out, err } = await imports(world({ refusal, counts: NO_COUNTS }), 'check', 'acme', 'users.csv');
  expect([code, err]).toEqual([
    1,
    'error: The file would be refused: HEADER_UNKNOWN.\nWhat it means and how to correct it: docs/reason-codes.md\n',
  ]);
  expect(out).toContain('Result   would be refused; no user would be changed\nRefused  HEADER_UNKNOWN, line 1: The column emial');
  expect(out).not.toContain('Records');
});

const HELD: Partial<CheckedFile> = {
  wouldBeHeld: true,
  numbers: { archives: 60, permits: 7, activeUsers: 100, emailChanges: 3, userNameChanges: 1 },
};

test('a file that would be held says with which numbers, and is no failure', async () => {
  const { code, out } = await imports(world(HELD), 'check', 'acme', 'users.csv');
  expect(code).toBe(0);
  expect(out).toContain('Result   would be imported without failures, once somebody has approved it\n');
  expect(out).toContain('Changes  e-mails 3, user names 1\n');
  expect(out).toContain('Held     it would archive 60 of 100 active users (60 %) and release 7 permits\n');
});

test('what a file would not change has no words', async () => {
  const numbers = { archives: 60, permits: 0, activeUsers: 100, emailChanges: 1, userNameChanges: 0 };
  const { out } = await imports(world({ wouldBeHeld: true, numbers }), 'check', 'acme', 'users.csv');
  expect(out).toContain('Changes  e-mails 1\nHeld     it would archive 60 of 100 active users (60 %)\n');
});

test('--json holds all of it', async () => {
  const { out } = await imports(world({ ...FAILURES, ...HELD }), 'check', 'acme', 'users.csv', '--out', 'f.csv', '--json');
  expect(JSON.parse(out)).toMatchObject({
    clientId: 'acme',
    file: 'users.csv',
    refusal: null,
    counts: { records: 30, rejected: 12 },
    reasonCounts: { '9033': 11, '9019': 2 },
    emailChanges: 3,
    userNameChanges: 1,
    wouldBeHeld: true,
    held: { archives: 60, permits: 7, activeUsers: 100, share: 60 },
    rejected: expect.arrayContaining([
      { line: 3, uniqueId: '101', reasons: [{ code: '9033', field: 'province', message: expect.any(String) }] },
    ]),
    failedRecordsFile: 'f.csv',
  });
});

test('an unknown client is not found, and the file is not looked at', async () => {
  const ran = await imports(world(), 'check', 'acmee', 'users.csv');
  expect(ran.code).toBe(1);
  expect(ran.world.calls).toEqual([]);
});

test('a database that is gone ends with exit code 3', async () => {
  const down = { stores: new ImportsError('UNREACHABLE', 'MongoDB cannot be reached.') };
  expect((await imports({ ...world(), down }, 'check', 'acme', 'users.csv')).code).toBe(3);
});
