import { NO_COUNTS } from '../../src/domain/import-run';
import { NO_UNDO_COUNTS } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import { aClient, anUndo, aRun, aWorld, imports, importId } from './fake-deps';

const AT = new Date('2026-11-20T18:30:00.000Z');

const FAILURES = aRun('acme-42', {
  fileName: 'all students of the autumn term 2026, final.csv',
  bytes: 1_234_567,
  outcome: 'imported-with-failures',
  counts: { ...NO_COUNTS, records: 12_345, created: 12_000, updated: 300, unchanged: 30, archived: 7, rejected: 15, permitsReleased: 4 },
  reasonCounts: { '9033': 12, USER_ARCHIVED: 3 },
  report: 'sent',
});
const ITEM = {
  importId: 'acme-42',
  clientId: 'acme',
  fileName: FAILURES.fileName,
  bytes: 1_234_567,
  sha256: 'ab'.repeat(32),
  state: 'finished',
  outcome: 'imported-with-failures',
  workflowId: 'import/acme-42',
  uiUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/import%2Facme-42',
  receivedAt: '2026-11-20T18:00:00.000Z',
  startedAt: '2026-11-20T18:00:05.000Z',
  finishedAt: '2026-11-20T18:00:09.000Z',
  attempts: 1,
  counts: {
    records: 12_345,
    created: 12_000,
    updated: 300,
    unchanged: 30,
    archived: 7,
    rejected: 15,
    repeated: 0,
    superseded: 0,
    inactiveIgnored: 0,
    permitsReleased: 4,
  },
  sameAs: null,
  refusal: null,
  report: 'sent',
  backup: '.bak/users.csv',
};
const world = (change = {}) =>
  aWorld({
    runs: [
      aRun('acme-41', {
        receivedAt: new Date('2026-11-19T04:30:00Z'),
        state: 'claiming',
        outcome: null,
        finishedAt: null,
        layout: null,
        counts: NO_COUNTS,
      }),
      FAILURES,
      aRun('zenith-7', {
        receivedAt: new Date('2026-11-20T19:30:00Z'),
        state: 'failed',
        outcome: 'imported',
        failure: 'MongoDB cannot be reached.',
      }),
    ],
    ...change,
  });

describe('list', () => {
  test('fits 80 columns, newest first, and says what it leaves out', async () => {
    const { code, out } = await imports(world({ columns: 80 }), 'list');
    expect(code).toBe(0);
    expect(out).toBe(`IMPORT    FILE                         RESULT                  RECORDS  REJECTED
zenith-7  users.csv                    failed                       10         0
acme-42   all students of the autumn…  imported-with-failures   12,345        15
acme-41   users.csv                    queued                        0         0

Left out: RECEIVED, CREATED, UPDATED, ARCHIVED, REPORT; a wider terminal or
--json shows them

1 needs you: zenith-7 failed → imports show zenith-7
`);
  });

  test('fits 80 columns with the longest client id there can be', async () => {
    const run = aRun(`${'a'.repeat(40)}-1234`, { outcome: 'imported-with-failures', fileName: 'b'.repeat(200) });
    const { out } = await imports(world({ columns: 80, runs: [run] }), 'list');
    expect(out).toContain(run.importId);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('shows more at 200 columns, nothing cut', async () => {
    const { out } = await imports(world({ columns: 200 }), 'list');
    expect(out).toBe(
      [
        'IMPORT    FILE                                             RECEIVED          RESULT                  RECORDS  REJECTED  CREATED  UPDATED  ARCHIVED  REPORT',
        'zenith-7  users.csv                                        2026-11-20 14:30  failed                       10         0        5        3         1  none',
        'acme-42   all students of the autumn term 2026, final.csv  2026-11-20 13:00  imported-with-failures   12,345        15   12,000      300         7  sent',
        'acme-41   users.csv                                        2026-11-18 23:30  queued                        0         0        0        0         0  -',
        '',
        '1 needs you: zenith-7 failed → imports show zenith-7',
        '',
      ].join('\n'),
    );
  });

  test('--json is an array of what show --json prints, newest first', async () => {
    const { out } = await imports(world(), 'list', '--client', 'acme', '--limit', '1000', '--json');
    const items = JSON.parse(out);
    expect(items).toEqual([ITEM, expect.objectContaining({ importId: 'acme-41', state: 'queued' })]);
    expect(items[0]).toEqual(JSON.parse((await imports(world(), 'show', 'acme-42', '--json')).out));
  });

  const filters: readonly (readonly [args: string[], ids: string[]])[] = [
    [['--client', 'zenith'], ['zenith-7']],
    [['--state', 'queued'], ['acme-41']],
    [['--state', 'finished'], ['acme-42']],
    [['--outcome', 'imported-with-failures'], ['acme-42']],
    [['--outcome', 'declined'], []],
    [['--limit', '1'], ['zenith-7']],
    [['-c', 'acme', '-s', 'failed'], []],
    [
      ['--client', 'zenith', '--client', 'acme'],
      ['zenith-7', 'acme-42', 'acme-41'],
    ],
    [
      ['--state', 'failed', 'queued'],
      ['zenith-7', 'acme-41'],
    ],
    [['--outcome', 'declined', '--outcome', 'imported-with-failures'], ['acme-42']],
    [['--report', 'sent'], ['acme-42']],
    [['--report', 'none'], ['zenith-7']],
    [
      ['--since', '2h'],
      ['zenith-7', 'acme-42'],
    ],
    [
      ['--since', 'yesterday'],
      ['zenith-7', 'acme-42'],
    ],
    // In Toronto it was still the 18th.
    [['--until', '2026-11-18'], ['acme-41']],
    [['--until', '2026-11-18T23:30'], []],
    [['--since', '2026-11-18T23:30', '--until', '2026-11-20 13:00:00'], ['acme-41']],
    [['--since', '2026-11-20T19:00:00Z'], ['zenith-7']],
    [['--since', '2026-11-20T20:30:00+01:00'], ['zenith-7']],
  ];
  test.each(filters)('%j', async (args, ids) => {
    const { code, out } = await imports(world(), 'list', ...args, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).map((item: { importId: string }) => item.importId)).toEqual(ids);
  });

  test('says when there may be more', async () => {
    expect((await imports(world(), 'list', '--limit', '1')).out).toContain('\n\nThe newest 1; more with --limit\n');
  });

  test('that is empty says how a file is imported', async () => {
    const { code, out } = await imports(aWorld(), 'list');
    expect([code, out]).toEqual([
      0,
      'There is no import yet. A file is imported within seconds of its upload.\nLook for files now with: imports scan CLIENT\n',
    ]);
  });

  const NEEDS = '1 needs you: zenith-7 failed → imports show zenith-7\n';
  const empty: readonly (readonly [args: string[], out: string])[] = [
    [['--state', 'held'], `No import is in state held.\n\n${NEEDS}`],
    [['--client', 'acme', '--state', 'failed'], 'No import of acme is in state failed.\n'],
    [['--state', 'finished', '--outcome', 'declined'], `No import is in state finished and ended as declined.\n\n${NEEDS}`],
    [
      ['-c', 'acme', '--since', 'today', '--until', '1h', '-s', 'held', 'failed', '--report', 'failed'],
      'No import of acme was received since today and was received until 1h and is in state held or failed and ended with report failed.\n',
    ],
  ];
  test.each(empty)('%j without a hit says so, and nothing of uploads', async (args, out) => {
    expect(await imports(world(), 'list', ...args)).toMatchObject({ code: 0, out });
  });

  test('of an unknown client is not found', async () => {
    expect((await imports(world(), 'list', '--client', 'acmee')).code).toBe(1);
  });
});

describe('show', () => {
  test('tells what happened, why and what to type next, at 80 columns', async () => {
    const { code, out } = await imports(world({ columns: 80 }), 'show', 'acme-42');
    expect(code).toBe(0);
    expect(out).toBe(`Import    acme-42
File      all students of the autumn term 2026, final.csv, 1,234,567 bytes (1.2
          MiB)
SHA-256   abababababababababababababababababababababababababababababababab
State     finished: imported-with-failures
Received  2026-11-20 13:00:00
Started   2026-11-20 13:00:05
Finished  2026-11-20 13:00:09
Attempts  1
Records   12,345: 12,000 created, 300 updated (7 of them archived), 30
          unchanged, 15 rejected, 4 permits released
Report    e-mail sent
Backup    .bak/users.csv
Workflow  http://127.0.0.1:8233/namespaces/default/workflows/import%2Facme-42

RECORDS  REASON
     12  9033           Value invalid
      3  USER_ARCHIVED  User is archived

The failed records and their reasons: imports rejected acme-42
`);
  });

  test('keeps each fact on one line at 200 columns', async () => {
    const { out } = await imports(world({ columns: 200 }), 'show', 'acme-42');
    expect(out).toContain(
      '\nRecords   12,345: 12,000 created, 300 updated (7 of them archived), 30 unchanged, 15 rejected, 4 permits released\n',
    );
  });

  test('--json has exactly the keys that scripts rely on, in their order', async () => {
    const { out } = await imports(world(), 'show', 'acme-42', '--json');
    expect(JSON.parse(out)).toEqual(ITEM);
    expect(Object.keys(JSON.parse(out))).toEqual(Object.keys(ITEM));
    expect(Object.keys(JSON.parse(out).counts)).toEqual(Object.keys(ITEM.counts));
  });

  test('--json has a refusal with its line, null where nothing is known', async () => {
    const refusal = { code: 'ENCODING', message: 'Line 7 is no UTF-8.', line: 7 } as const;
    const run = aRun('acme-1', { outcome: 'refused', refusal, sha256: null, startedAt: null, sameAs: importId('acme-3') });
    const { out } = await imports(aWorld({ runs: [run], uiUrl: null }), 'show', 'acme-1', '--json');
    expect(JSON.parse(out)).toMatchObject({ outcome: 'refused', refusal, sha256: null, startedAt: null, sameAs: 'acme-3', uiUrl: null });
  });

  test('says of one whose workflow was terminated that it stopped, and how it goes on', async () => {
    const runs = [aRun('acme-1', { state: 'applying', outcome: null, finishedAt: null })];
    const { out } = await imports(aWorld({ runs, stopped: ['acme-1'] }), 'show', 'acme-1');
    expect(out).toContain('State     applying, but its workflow was terminated in Temporal\n');
    expect(out).toContain('Continue where it stopped:\nimports retry acme-1 --reason "…"\n');
  });

  test('tells what the database knows while Temporal is away', async () => {
    const runs = [aRun('acme-1', { state: 'applying', outcome: null, finishedAt: null })];
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    expect(await imports(aWorld({ runs, down }), 'show', 'acme-1')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/State +applying\n/),
    });
  });

  const nexts: readonly (readonly [what: string, change: Parameters<typeof aRun>[1], lines: string[]])[] = [
    [
      'failed',
      { state: 'failed', outcome: null, failure: 'MongoDB cannot be reached.' },
      [
        'Failure   MongoDB cannot be reached.',
        'Once the problem is fixed, continue where it stopped:',
        'imports retry acme-1 --reason "…"',
      ],
    ],
    ['failed late', { state: 'failed', outcome: 'imported' }, ['State     failed']],
    ['cancelled', { state: 'cancelled', outcome: null }, ['Continue where it stopped:', 'imports retry acme-1 --reason "…"']],
    ['not told', { report: 'failed' }, ['Report    e-mail could not be sent', 'imports resend-report acme-1']],
    ['running', { state: 'applying', outcome: null, finishedAt: null }, ['State     applying', 'Follow it with: imports watch acme-1']],
    ['just claimed', { state: 'claiming', outcome: null, finishedAt: null }, ['State     queued', 'Follow it with: imports watch acme-1']],
    [
      'held',
      { state: 'held', outcome: null, finishedAt: null },
      ['It waits for approval:', 'imports approve acme-1 --reason "…"', 'imports decline acme-1 --reason "…"'],
    ],
    [
      'refused',
      { outcome: 'refused', refusal: { code: 'FILE_EMPTY', message: 'The file is empty.' } },
      ['Refused   FILE_EMPTY: The file is empty.', 'No user was changed. The client was told to correct the file and upload it again.'],
    ],
    [
      'repeated',
      { sameAs: importId('acme-3'), report: 'not-repeated' },
      ['Same as   acme-3 (the same bytes; imported)', 'Report    e-mail not repeated: the import before had the same bytes and failures'],
    ],
  ];
  test.each(nexts)('of an import that is %s says what to know', async (_, change, lines) => {
    const { code, out } = await imports(aWorld({ runs: [aRun('acme-1', change)] }), 'show', 'acme-1');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual(expect.arrayContaining(lines));
  });

  test('of one that went well says nothing more', async () => {
    const { out } = await imports(aWorld({ runs: [aRun('acme-1')], uiUrl: null }), 'show', 'acme-1');
    expect(out).toMatch(/Workflow {2}import\/acme-1\n$/);
  });

  test('of an unknown import is not found', async () => {
    const { code, err } = await imports(world(), 'show', 'acme-99');
    expect([code, err]).toEqual([1, 'error: There is no import acme-99\nSee those of the client with: imports list --client acme\n']);
  });
});

describe('a file name that a client chose to do harm', () => {
  const fileName = 'a\u001b[2J\nX\u202Egnp.csv\u0007';
  const harmful = () => aWorld({ runs: [aRun('acme-1', { fileName, backup: `.bak/${fileName}` })] });

  test.each([['list'], ['show', 'acme-1']])('is shown as text by %s', async (...args) => {
    const { out } = await imports(harmful(), ...args);
    expect(out).toContain(String.raw`a\u{1b}[2J\u{a}X\u{202e}gnp.csv\u{7}`);
    expect(out).not.toMatch(/[^\n\P{C}]/u);
  });

  test('is the same in JSON, without a character that steers a terminal', async () => {
    const { out } = await imports(harmful(), 'show', 'acme-1', '--json');
    expect(JSON.parse(out).fileName).toBe(fileName);
    expect(out).not.toMatch(/[^\n\P{C}]/u);
  });
});

describe('show of an undone import', () => {
  const shown = async (change: Parameters<typeof anUndo>[1]) =>
    (
      await imports(
        aWorld({ runs: [aRun('acme-1', { state: 'undone' })], undos: new Map([['acme-1', anUndo('acme-1', change)]]) }),
        'show',
        'acme-1',
      )
    ).out;

  test('says what was restored, and nothing to type when that was all', async () => {
    const out = await shown({});
    expect(out).toContain(`Restored  Users given their former values back: 3
Restored  Users created by the import, now archived: 5
Restored  Permits returned to their holders: 2
`);
    expect(out).toMatch(/import%2Facme-1\n$/);
  });

  test('says whom it left as they are, and what tells who', async () => {
    const out = await shown({ counts: { ...NO_UNDO_COUNTS, restored: 3, usersLeft: 2 } });
    expect(out).toContain('Left      Users left alone: 2\n');
    expect(out).toMatch(/\n\nSee which users it left alone: imports undo acme-1\n$/);
  });

  test('says so when it had changed nothing', async () => {
    expect(await shown({ counts: NO_UNDO_COUNTS })).toContain('Restored  nothing: it had changed nothing\n');
  });
});

describe('show of an e-mail', () => {
  const REFUSED = 'The mail server refused the e-mail for good (550 5.1.1 at RCPT TO).';

  test('that failed says what the mail server said, and how to send it again', async () => {
    const now = aWorld({
      runs: [aRun('acme-1', { report: 'failed', settings: aClient('acme').settings })],
      mailFailures: { 'acme-1/report': REFUSED },
    });
    const { out } = await imports(now, 'show', 'acme-1');
    expect(out).toContain(`\nReport    e-mail to it@acme.example could not be sent. ${REFUSED}\n`);
    expect(out).toMatch(/imports resend-report acme-1\n$/);
    expect(JSON.parse((await imports(now, 'show', 'acme-1', '--json')).out).mailFailures).toEqual({ report: REFUSED });
  });

  test('about an undo that failed, too', async () => {
    const now = aWorld({
      runs: [aRun('acme-1', { state: 'undone' })],
      undos: new Map([['acme-1', anUndo('acme-1', { report: 'failed' })]]),
      mailFailures: { 'acme-1/undo': REFUSED },
    });
    const { out } = await imports(now, 'show', 'acme-1');
    expect(out).toContain(`\nTold      the e-mail about the undo could not be sent. ${REFUSED}\n`);
    expect(out).toMatch(
      /send the e-mail again:\nimports client set acme replyToAdminEmail=ADDRESS\nimports resend-report acme-1 --undo\n$/,
    );
    now.runs = [aRun('acme-1', { state: 'undone', report: 'failed' })];
    expect((await imports(now, 'show', 'acme-1')).out).toMatch(
      /each e-mail again:\nimports client set acme failedImportEmail=ADDRESS\nimports resend-report acme-1\nimports client set acme replyToAdminEmail=ADDRESS\nimports resend-report acme-1 --undo\n$/,
    );
  });

  test('that asks for approval, too', async () => {
    const held = { archives: 60, permits: 0, activeUsers: 100, emailChanges: 0, userNameChanges: 0, since: AT, until: AT, decided: null };
    const now = aWorld({ runs: [aRun('acme-1', { state: 'held', held, finishedAt: null })], mailFailures: { 'acme-1/hold': REFUSED } });
    expect((await imports(now, 'show', 'acme-1')).out).toContain(`the e-mail that asks for approval could not be sent. ${REFUSED}\n`);
    now.runs = [aRun('acme-1', { state: 'held', held, finishedAt: null, settings: aClient('acme').settings })];
    const { out } = await imports(now, 'show', 'acme-1');
    expect(out).toContain(`Told      the e-mail that asks for approval, to parking@city.example, could not be sent. ${REFUSED}\n`);
    expect(out).toMatch(
      /imports decline acme-1 --reason "…"\nIf the address is wrong, correct it; then send the e-mail again:\nimports client set acme replyToAdminEmail=ADDRESS\nimports resend-report acme-1\n$/,
    );
    expect((await imports(now, 'list')).out).toMatch(
      /\n\n1 needs you: acme-1 held, and its administrator was not told → imports show acme-1\n$/,
    );
  });

  test('that the mail server does not take says why, how often, when next, and what then', async () => {
    const why = 'The mail server did not take the e-mail (ECONNREFUSED at CONN); sending it is tried again. Check SMTP_URL if this lasts.';
    const trouble = { step: 'sendReport', tries: 4, why, nextTryAt: AT };
    const now = aWorld({ runs: [aRun('acme-1', { state: 'reporting', report: 'pending' })], troubles: [trouble] });
    const { out } = await imports(now, 'show', 'acme-1');
    expect(out).toContain(`\nStuck     the e-mail to the client, tried 4 times: ${why} Next try at 2026-11-20 13:30:00\n`);
    expect(out).toContain('It is retried for a day and goes out once the problem is fixed. After that:\nimports resend-report acme-1\n');
    expect(JSON.parse((await imports(now, 'show', 'acme-1', '--json')).out).troubles).toEqual([
      { ...trouble, nextTryAt: '2026-11-20T18:30:00.000Z' },
    ]);
  });
});

test('show says at once that an import is being undone', async () => {
  const undos = new Map([['acme-1', anUndo('acme-1', { finishedAt: null, report: 'pending' })]]);
  const { out } = await imports(aWorld({ runs: [aRun('acme-1')], undos }), 'show', 'acme-1');
  expect(out).toContain('\nState     finished: imported; it is being undone\n');
  expect(out).toMatch(/\n\nFollow the undo with: imports undo acme-1 --reason "…"\n$/);
});

test.each(['cancelled', 'failed'] as const)(
  'of a %s import that nobody had approved, show does not speak of what was written',
  async (state) => {
    const held = { archives: 60, permits: 0, activeUsers: 100, emailChanges: 0, userNameChanges: 0, since: AT, until: AT, decided: null };
    const { out } = await imports(aWorld({ runs: [aRun('acme-1', { state, held })] }), 'show', 'acme-1');
    expect(out).toContain('Or give it up; nothing has been written:\nimports undo acme-1');
  },
);

test('one permit is one', async () => {
  const counts = { ...aRun('acme-1').counts, records: 3, archived: 1, permitsReleased: 1 };
  expect((await imports(aWorld({ runs: [aRun('acme-1', { counts })] }), 'show', 'acme-1')).out).toContain(', 1 permit released\n');
});

test('rejected says of a held import that nothing is decided yet', async () => {
  const { out } = await imports(aWorld({ runs: [aRun('acme-1', { state: 'held' })] }), 'rejected', 'acme-1');
  expect(out).toContain('acme-1 waits for approval: which of its records are rejected is not decided yet.');
  const narrow = await imports(aWorld({ columns: 80, runs: [aRun('acme-1', { state: 'held' })] }), 'rejected', 'acme-1');
  expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('show says which step is tried again, and why', async () => {
  const trouble = { step: 'applyChunk', tries: 1, why: 'MongoNetworkError; the step is tried again.', nextTryAt: null };
  const run = aRun('acme-1', { state: 'applying', outcome: null, finishedAt: null });
  const { out } = await imports(aWorld({ runs: [run], troubles: [trouble] }), 'show', 'acme-1');
  expect(out).toContain('step applyChunk, tried once: MongoNetworkError; the step is tried again. It is being tried again now\n');
  expect(out).toMatch(/once the problem is fixed\. Find out more with:\nimports doctor\n$/);
});

test('show tells the rest where Temporal cannot be asked', async () => {
  const down = { temporal: new Error('gone') };
  const { code, out } = await imports(aWorld({ runs: [aRun('acme-1', { state: 'applying' })], down }), 'show', 'acme-1');
  expect([code, out]).toEqual([0, expect.stringContaining('State     applying\n')]);
  expect(out).toContain('Temporal  does not answer: whether a step is stuck is not known. See: imports doctor\n');
  expect((await imports(aWorld({ runs: [aRun('acme-1', { state: 'applying' })] }), 'show', 'acme-1')).out).not.toContain('does not answer');
});

test('show breaks sentences at the width of the terminal, and no line that is to be typed', async () => {
  const now = aWorld({ columns: 60, runs: [aRun('acme-1', { report: 'failed', outcome: 'imported-with-failures' })] });
  const { out } = await imports(now, 'show', 'acme-1');
  expect(out).toMatch(
    /\n\nIf the address is wrong, correct it; then send the e-mail\nagain:\nimports client set acme failedImportEmail=ADDRESS\nimports resend-report acme-1\n$/,
  );
});

test('list names an import whose e-mail could not be sent, however narrow the terminal is', async () => {
  const runs = [aRun('acme-2'), aRun('acme-1', { report: 'failed' })];
  const { out } = await imports(aWorld({ columns: 60, runs }), 'list');
  expect(out).toMatch(/\n\n1 needs you: acme-1 whose e-mail was not sent\n→ imports show acme-1\n$/);
});
