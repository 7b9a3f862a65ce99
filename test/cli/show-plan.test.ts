import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { PlannedChange } from '../../src/domain/file/checked-file';
import { aRun, aWorld, imports } from './fake-deps';

const AT = new Date('2026-11-20T18:00:00Z');
const held = { archives: 2, permits: 2, activeUsers: 4, emailChanges: 1, userNameChanges: 1, since: AT, until: AT, decided: null };
const HELD = aRun('acme-5', { state: 'held', outcome: null, finishedAt: null, held });
const change = (line: number, uniqueId: string, what: Partial<PlannedChange>): PlannedChange => ({
  line,
  uniqueId,
  isArchived: false,
  permits: [],
  email: null,
  userName: null,
  ...what,
});
const PLAN = [
  change(2, '0042', { isArchived: true, permits: ['P-1', 'P-2'] }),
  change(3, '0043', { email: { was: 'ann@acme.example', willBe: '=cmd@acme.example' }, userName: { was: 'ann', willBe: 'an\u001b[2Jn' } }),
  change(4, '0044', { isArchived: true }),
  change(5, '0045', { permits: ['P-9'] }),
];
const world = (more = {}) => aWorld({ columns: 100, runs: [HELD], planned: PLAN, ...more });
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('imports-plan-'));

test('tells who would be archived, with their permits, and whose values would change, old and new', async () => {
  const { code, out } = await imports(world(), 'show', 'acme-5', '--plan');
  expect(code).toBe(0);
  expect(out).toBe(String.raw`What acme-5 would do if it were approved now; it has been held since 2026-11-20 13:00:00.

3 users would be archived or lose a permit:
LINE  UNIQUE ID  ARCHIVED    ACTIVE PERMITS
   2  0042       yes         P-1, P-2
   4  0044       yes
   5  0045       is already  P-9

1 user would get a different e-mail or user name:
LINE  UNIQUE ID  FIELD: OLD -> NEW
   3  0043       e-mail: ann@acme.example -> =cmd@acme.example
                 user name: ann -> an\u{1b}[2Jn

Decide with one of:
imports approve acme-5 --reason "…"
imports approve acme-5 --without-archives --reason "…"
imports decline acme-5 --reason "…"
`);
});

test('says when nobody would be archived, and nothing else changes', async () => {
  const { out } = await imports(world({ planned: [] }), 'show', 'acme-5', '--plan');
  expect(out).toContain('\n\nNobody would be archived.\n\nNobody would get a different e-mail or user name.\n\n');
});

test('shows the first hundred of each kind, and how to get all', async () => {
  const planned = Array.from({ length: 250 }, (_, i) => change(i + 2, `u${i}`, { isArchived: true }));
  const { out } = await imports(world({ planned }), 'show', 'acme-5', '--plan');
  expect(out).toContain('\n250 users would be archived or lose a permit, the first 100:\n');
  expect(out).toMatch(/ 101 {2}u99 [^\n]*\n\nNobody would get/);
  expect(out).toContain('\nAll of them:\nimports show acme-5 --plan --csv > plan.csv\n');
});

test('--json has them all as an array', async () => {
  const { out } = await imports(world(), 'show', 'acme-5', '--plan', '--json');
  expect(JSON.parse(out)).toEqual(PLAN);
});

test('--csv has them all for a spreadsheet, and leaves nothing behind', async () => {
  const before = left();
  const { code, out } = await imports(world({ columns: undefined }), 'show', 'acme-5', '--plan', '--csv');
  expect([code, out]).toEqual([
    0,
    [
      '\u{feff}source_line,unique_id,archived,permits,email_was,email_would_be,user_name_was,user_name_would_be',
      '2,0042,yes,P-1 P-2,,,,',
      '3,0043,,,ann@acme.example,=cmd@acme.example,ann,an\u001b[2Jn',
      '4,0044,yes,,,,,',
      '5,0045,,P-9,,,,',
      '',
    ].join('\r\n'),
  ]);
  expect(left()).toEqual(before);
});

test('--csv shows on a terminal what would steer it as text', async () => {
  const { out } = await imports(world(), 'show', 'acme-5', '--plan', '--csv');
  expect(out).toContain(String.raw`,ann,an\u{1b}[2Jn` + '\n');
  expect(out).not.toMatch(/[^\n\P{C}]/u);
});
