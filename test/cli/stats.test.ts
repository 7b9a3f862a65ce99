import { NO_COUNTS } from '../../src/domain/import-run';
import { aRun, aWorld, imports } from './fake-deps';

const counts = (records: number, rejected: number) => ({ ...NO_COUNTS, records, rejected, created: records - rejected });
const world = (columns?: number) =>
  aWorld({
    columns,
    runs: [
      aRun('acme-1', { counts: counts(1_000, 0) }),
      aRun('acme-2', { outcome: 'imported-with-failures', counts: counts(10, 3), reasonCounts: { '9033': 2, '9019': 1 } }),
      aRun('acme-3', { outcome: 'refused', counts: NO_COUNTS }),
      aRun('acme-4', { state: 'undone', counts: counts(5, 1), reasonCounts: { '9019': 1 } }),
      aRun('acme-5', { state: 'failed', outcome: null, counts: NO_COUNTS, receivedAt: new Date('2026-11-01T00:00:00Z') }),
      aRun('zenith-1', { outcome: 'declined', counts: counts(7, 0) }),
    ],
  });

test('sums up files, records and reasons by client, on 100 columns', async () => {
  const { code, out } = await imports(world(100), 'stats');
  expect(code).toBe(0);
  expect(out).toBe(`Files received:

CLIENT  FILES  IMPORTED  WITH FAILURES  REFUSED  DECLINED  UNDONE  OPEN  RECORDS  REJECTED
acme        5         1              1        1         0       1     1    1,015         4
zenith      1         0              0        0         1       0     0        7         0
all         6         1              1        1         1       1     1    1,022         4

Left out: CREATED, UPDATED, ARCHIVED; a wider terminal or --json shows them

RECORDS  REASON
      2  9019    E-mail not unique
      2  9033    Value invalid
`);
});

test('of one client since a time, and of nobody', async () => {
  const { out } = await imports(world(100), 'stats', '--client', 'acme', '--since', '2026-11-20');
  expect(out).toMatch(
    /^Files received since 2026-11-20 00:00:00:\n\nCLIENT[^\n]*\nacme {8}4 [^\n]*\n\nLeft out: CREATED, UPDATED, ARCHIVED;[^\n]*\n\nRECORDS/,
  );
  expect((await imports(world(), 'stats', '--since', '1s')).out).toBe('No file was received since 2026-11-20 13:59:59.\n');
});

test('--json has the same by names', async () => {
  const { out } = await imports(world(), 'stats', '--client', 'zenith', '--json');
  const zenith = {
    files: 1,
    bytes: 1234,
    outcomes: { imported: 0, 'imported-with-failures': 0, refused: 0, declined: 1, undone: 0, open: 0 },
    counts: counts(7, 0),
    reasons: [],
  };
  expect(JSON.parse(out)).toEqual({ since: null, clients: [{ clientId: 'zenith', ...zenith }], total: zenith });
});
