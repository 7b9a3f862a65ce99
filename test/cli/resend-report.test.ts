import type { ImportRun } from '../../src/domain/import-run';
import { ImportsError } from '../../src/errors';
import { aRun, aWorld, imports, type World } from './fake-deps';

const reported = (change: Partial<ImportRun> = {}) => aRun('acme-1', { outcome: 'imported-with-failures', report: 'failed', ...change });
const resend = (run: ImportRun, change: Partial<World> = {}, ...more: string[]) =>
  imports(aWorld({ runs: [run], ...change }), 'resend-report', 'acme-1', ...more);

test.each(['failed', 'sent', 'not-repeated', 'pending'] as const)('an e-mail that is %s is sent again', async (report) => {
  const ran = await resend(reported({ report }));
  expect(ran).toMatchObject({ code: 0, err: '', out: 'E-mail of acme-1 sent to it@acme.example.\n' });
  expect(ran.world.calls).toEqual(['resend acme-1']);
});

test('that of an import that was undone, too', async () => {
  expect(await resend(reported({ state: 'undone' }))).toMatchObject({ code: 0 });
});

test('one that the mail server has not taken yet is on its way', async () => {
  const { code, out } = await resend(reported(), { resent: 'under-way' });
  expect([code, out]).toEqual([
    0,
    'The e-mail of acme-1 is on its way; the mail server has not taken it yet, which is tried for a day.\nSee what came of it with: imports show acme-1\n',
  ]);
});

test.each([
  ['sent', 'sent'],
  ['under-way', 'pending'],
] as const)('as JSON, %s is told as the report is', async (resent, report) => {
  expect(JSON.parse((await resend(reported(), { resent }, '--json')).out)).toEqual({ importId: 'acme-1', report });
});

const refused: readonly (readonly [what: string, run: ImportRun, change: Partial<World>, err: string])[] = [
  [
    'refused for good again',
    reported(),
    { resent: 'failed' },
    'The mail server refused the e-mail of acme-1 to it@acme.example for good. Correct the address, then send it again:\nimports client set acme failedImportEmail=…\nimports resend-report acme-1',
  ],
  [
    'without anything left to send',
    reported(),
    { resent: 'nothing-left' },
    "The failed records of acme-1 are no longer kept, neither here nor in the client's .bak, so there is nothing to send.\nDrop the file into the client's folder again to get them anew",
  ],
  [
    'of an import without failures',
    aRun('acme-1', { report: 'none' }),
    {},
    'Import acme-1 had nothing to report, so there is no e-mail. See it with: imports show acme-1',
  ],
  [
    'of an import that runs',
    reported({ state: 'reporting', report: 'pending' }),
    {},
    'Import acme-1 has not ended, and sends its e-mail when it does. Go on with: imports watch acme-1',
  ],
  [
    'of an import that failed',
    reported({ state: 'failed', report: 'none' }),
    {},
    'Import acme-1 has not ended, and sends its e-mail when it does. Go on with: imports retry acme-1 --reason "…"',
  ],
];
test.each(refused)('an e-mail %s is told, with what to do', async (_, run, change, err) => {
  expect(await resend(run, change)).toMatchObject({ code: 1, out: '', err: `error: ${err}\n` });
});

test('Temporal that cannot be reached ends with exit code 3', async () => {
  const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
  expect(await resend(reported(), { down })).toMatchObject({ code: 3, err: 'error: Temporal cannot be reached.\n' });
});
