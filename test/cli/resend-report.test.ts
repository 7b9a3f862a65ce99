import type { ImportRun } from '../../src/domain/import-run';
import type { Undo } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import { anUndo, aRun, aWorld, imports, type World } from './fake-deps';

const reported = (change: Partial<ImportRun> = {}) => aRun('acme-1', { outcome: 'imported-with-failures', report: 'failed', ...change });
const resend = (run: ImportRun, change: Partial<World> = {}, ...more: string[]) =>
  imports(aWorld({ runs: [run], ...change }), 'resend-report', 'acme-1', ...more);

test.each(['failed', 'sent', 'not-repeated', 'pending'] as const)('an e-mail that is %s is sent again', async (report) => {
  const ran = await resend(reported({ report }));
  expect(ran).toMatchObject({ code: 0, err: '', out: 'E-mail of acme-1 sent to it@acme.example.\n' });
  expect(ran.world.calls).toEqual(['resend report acme-1']);
});

test('that of an import that was undone, too', async () => {
  expect(await resend(reported({ state: 'undone' }))).toMatchObject({ code: 0 });
});

test('of an import that waits for approval, the one that asks for it is sent again, to the administrator', async () => {
  const ran = await resend(reported({ state: 'held', report: 'none' }));
  expect(ran).toMatchObject({ code: 0, out: 'E-mail that asks for approval of acme-1 sent to parking@city.example.\n' });
  expect(ran.world.calls).toEqual(['resend hold acme-1']);
});

test('while that one is sent for the first time, it is not sent a second time', async () => {
  const ran = await resend(reported({ state: 'held', report: 'none' }), { firstTries: ['sendHoldMail'] });
  expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('acme-1 is being sent already') as string });
  expect(ran.world.calls).toEqual([]);
});

test('one that the mail server has not taken yet is on its way', async () => {
  const { code, out } = await resend(reported(), { resent: 'under-way' });
  expect([code, out]).toEqual([
    0,
    'The e-mail of acme-1 is on its way; the mail server has not accepted it yet, and sending is retried for a day.\nSee whether it went with: imports show acme-1\n',
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
    'The e-mail of acme-1 to it@acme.example could not be sent: the mail server refused it for good.\nOnce the address is right, send it again:\nimports client set acme failedImportEmail=…\nimports resend-report acme-1',
  ],
  [
    'without anything left to send',
    reported(),
    { resent: 'nothing-left' },
    "The failed records of acme-1 have expired, here and in the client's folder, so there is nothing to send.\nTo get them again, have the file uploaded again",
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

describe('the e-mail about an undo', () => {
  const undone = (change: Partial<Undo> = {}, state: ImportRun['state'] = 'undone'): Partial<World> => ({
    runs: [aRun('acme-1', { state })],
    undos: new Map([['acme-1', anUndo('acme-1', change)]]),
  });

  test.each(['failed', 'sent', 'pending'] as const)('that is %s is sent again, to the administrator', async (report) => {
    const ran = await imports(aWorld(undone({ report })), 'resend-report', 'acme-1', '--undo');
    expect(ran).toMatchObject({ code: 0, err: '', out: 'E-mail about the undo of acme-1 sent to parking@city.example.\n' });
    expect(ran.world.calls).toEqual(['resend undo acme-1']);
  });

  const waits = { step: 'sendUndoReport', tries: 3, why: 'The mail server did not take the e-mail.', nextTryAt: null };
  const whyNot: readonly (readonly [what: string, world: Partial<World>, err: string])[] = [
    [
      'of an import that nobody has undone',
      { runs: [aRun('acme-1')] },
      'Nobody has undone import acme-1, so there is no e-mail about it. See it with: imports show acme-1',
    ],
    [
      'of an undo that runs',
      undone({ finishedAt: null, report: 'pending' }, 'finished'),
      'The undo of acme-1 has not ended, and sends its e-mail when it does. Follow it with: imports undo acme-1 --reason "…"',
    ],
    [
      'that is still tried',
      { ...undone({ report: 'pending' }), troubles: [waits] },
      'The e-mail about the undo of acme-1 is being sent already; that is tried for a day.\nSee whether it went with: imports show acme-1',
    ],
    [
      'refused again',
      { ...undone(), resent: 'failed', mailFailures: { 'acme-1/undo': 'The mail server refused the e-mail for good (550).' } },
      'The e-mail about the undo of acme-1 to parking@city.example could not be sent: The mail server refused the e-mail for good (550).\nOnce the address is right, send it again:\nimports client set acme replyToAdminEmail=…\nimports resend-report acme-1 --undo',
    ],
    [
      'without anything left to send',
      { ...undone(), resent: 'nothing-left' },
      'The list of users that the undo of acme-1 left alone has expired, so there is nothing to send.\nThe numbers are still shown by: imports undo acme-1',
    ],
  ];
  test.each(whyNot)('%s is told, with what to do', async (_, world, err) => {
    expect(await imports(aWorld(world), 'resend-report', 'acme-1', '--undo')).toMatchObject({ code: 1, out: '', err: `error: ${err}\n` });
  });
});
