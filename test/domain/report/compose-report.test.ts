// What the client reads when records failed or a file was refused.

import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { composeReport, type ReportInput, type Message } from '../../../src/domain/report/compose-mail';
import type { ClientId, ImportId } from '../../../src/domain/ids';
import { NO_COUNTS, type Counts, type ImportRun } from '../../../src/domain/import-run';
import { REASONS, type ReasonCode } from '../../../src/domain/reason/reasons';
import { REFUSALS } from '../../../src/domain/reason/refusals';

const client: Client = {
  clientId: 'acme' as ClientId,
  enabled: true,
  settings: { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@parking.example' },
};

function aRun(change: Partial<Omit<ImportRun, 'counts'>> & { readonly counts?: Partial<Counts> } = {}): ImportRun {
  return {
    importId: 'acme-42' as ImportId,
    clientId: client.clientId,
    seq: 42,
    fileName: 'users.csv',
    bytes: 1234,
    inode: '7',
    sha256: 'abc',
    state: 'reporting',
    outcome: 'imported-with-failures',
    refusal: null,
    receivedAt: new Date('2026-11-21T02:03:04.567Z'),
    startedAt: new Date('2026-11-21T02:03:05Z'),
    finishedAt: new Date('2026-11-21T14:04:05Z'),
    askedAt: new Date('2026-11-20T18:00:00.000Z'),
    turn: null,
    attempts: 1,
    reasonCounts: { DUPLICATE_IN_FILE: 2, '9030': 1200, '9019': 2 },
    layout: { encoding: 'utf-8', delimiter: ',', headers: ['unique_id'], ignoredHeaders: [], droppedBack: false },
    chunks: 1,
    inactiveRecords: 0,
    goAhead: null,
    held: null,
    sameAs: null,
    report: 'pending',
    backup: '.bak/users.csv',
    rejectedDigest: 'd',
    failure: null,
    ...change,
    counts: { ...NO_COUNTS, records: 12_023, created: 3, updated: 10_818, archived: 2, rejected: 1202, ...change.counts },
  };
}

function compose(change: Parameters<typeof aRun>[0] = {}, input: Partial<ReportInput> = {}): Message {
  const run = aRun(change);
  const attachment = run.counts.rejected > 0 ? { path: '/work/failed.csv', records: run.counts.rejected } : null;
  return composeReport({ run, client, mailFrom: null, attachment, ...input });
}

const refused: Parameters<typeof aRun>[0] = {
  outcome: 'refused',
  refusal: { code: 'QUOTE_UNCLOSED', message: 'A double quote that opens on line 1834 is never closed.', line: 1834 },
  counts: NO_COUNTS,
  reasonCounts: {},
  layout: null,
};

/** Text content of the HTML body, as a reader sees it. */
function seen(html: string): string {
  return html
    .replace(/^[\s\S]*<body[^>]*>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
}

const flat = (text: string): string => text.replace(/\s+/g, ' ');

describe('envelope', () => {
  test('goes from and back to the client’s administrator, to the address for failed imports, with the promised subject', () => {
    expect(compose()).toMatchObject({
      from: 'admin@parking.example',
      replyTo: 'admin@parking.example',
      to: 'it@acme.example',
      subject: 'CSV Import Failed Records',
      messageId: '<acme-42.report@parking.example>',
      attachment: { fileName: 'users-failed-records.csv', path: '/work/failed.csv' },
    });
  });

  test('takes another From where the relay demands one, and nothing else of it', () => {
    const usual = compose();
    expect(compose({}, { mailFrom: 'imports@relay.example' })).toEqual({ ...usual, from: 'imports@relay.example' });
  });

  test('is the same to the letter when it is made again', () => {
    expect(compose()).toEqual(compose());
  });

  test.each([
    ['failed records', {}, 'CSV Import Failed Records'],
    ['a refused file', refused, 'CSV Import Failed Records'],
    ['no failures, for those who always want a report', { outcome: 'imported', counts: { rejected: 0 } }, 'CSV Import Report'],
    ['a declined import', { outcome: 'declined', counts: NO_COUNTS }, 'CSV Import Failed Records'],
  ] as const)('has the subject for %s', (_case, change, subject) => {
    expect(compose(change).subject).toBe(subject);
  });

  test.each([
    ['Users.CSV', 'Users-failed-records.csv'],
    ['../../etc/passwd', '_.._etc_passwd-failed-records.csv'],
    ['a\r\nBcc: x@y.example\r\n.csv', 'a__Bcc_ x@y.example__-failed-records.csv'],
    ['.csv', 'import-failed-records.csv'],
    ['Élèves 学生.csv', 'Élèves 学生-failed-records.csv'],
    ['gpj.\u202Ecsv.csv', 'gpj._csv-failed-records.csv'],
    [`${'x'.repeat(250)}.csv`, `${'x'.repeat(80)}-failed-records.csv`],
    [`${'😀'.repeat(90)}.csv`, `${'😀'.repeat(80)}-failed-records.csv`],
  ])('names the attachment after the file, as a name that is safe anywhere: %j', (fileName, expected) => {
    expect(compose({ fileName }).attachment?.fileName).toBe(expected);
  });

  test('keeps a Message-ID well-formed whatever stands behind the @', () => {
    const odd = { ...client, settings: { ...client.settings, replyToAdminEmail: 'admin@bücher.example>\r\nX: y' } };
    expect(compose({}, { client: odd }).messageId).toBe('<acme-42.report@imports.invalid>');
  });
});

describe.each([
  ['text', (report: Message) => flat(report.text)],
  ['HTML', (report: Message) => seen(report.html)],
])('the %s body', (_kind, bodyOf) => {
  test('says how many records failed, that the rest is in, and that the attachment can be dropped back', () => {
    const body = bodyOf(compose());
    expect(body).toMatch(/1,202 of 12,023 records failed/i);
    expect(body).toContain('The rest of users.csv was imported.');
    expect(body).toContain('Open the attached users-failed-records.csv');
    expect(body).toContain('Save it as CSV (in Excel: "CSV UTF-8") and upload that file to your SFTP folder.');
  });

  test('names file, import, times in UTC and where the file is now', () => {
    const body = bodyOf(compose());
    for (const fact of ['users.csv', 'acme-42', '21 November 2026, 02:03:04 UTC', '21 November 2026, 14:04:05 UTC', '.bak/users.csv'])
      expect(body).toContain(fact);
  });

  test('lists the reasons by frequency, each with how to fix it', () => {
    const body = bodyOf(compose());
    const places = (['9030', '9019', 'DUPLICATE_IN_FILE'] as const).map((code: ReasonCode) => {
      expect(body).toContain(REASONS[code].fix);
      return body.indexOf(REASONS[code].title);
    });
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(body).toContain('1,200 records');
  });

  test('names the column of each reason as the file does, the first lines, and what to do there', () => {
    const headers = ['unique_id', ' E-Mail', 'email', 'state'];
    const layout = { encoding: 'utf-8', delimiter: ',', headers, ignoredHeaders: [], droppedBack: false } as const;
    const letters = 'state must be two letters, such as ON.';
    const body = bodyOf(
      compose({
        layout,
        reasonGroups: [
          { code: '9033', field: 'province', count: 2, lines: [2, 4], message: letters },
          { code: '9033', field: 'email', count: 1, lines: [3], message: 'email is not an e-mail address such as name@example.org.' },
          { code: 'DUPLICATE_IN_FILE', field: null, count: 900, lines: [5, 6, 7, 8, 9], message: null },
        ],
      }),
    );
    expect(body).toContain('Value invalid, in state, on lines 2 and 4');
    expect(body).toContain(letters);
    expect(body).toContain('Value invalid, in email, on line 3');
    expect(body).toContain('Same user twice in the file, on lines 5, 6, 7, 8, 9 and 895 more');
  });

  test('shows every count that is not zero and none that is', () => {
    const body = bodyOf(compose({ counts: { repeated: 5, permitsReleased: 7 } }));
    for (const row of [
      /Records in the file 12,023/,
      /Created 3/,
      /Updated 10,818/,
      /Archived [^0-9]*2/,
      /Repeated in the file 5/,
      /Permits released 7/,
    ])
      expect(body).toMatch(row);
    expect(body).not.toContain('Unchanged');
  });

  test('says when only the first records are attached, and where all of them are', () => {
    const body = bodyOf(compose({}, { attachment: { path: '/x', records: 900 } }));
    expect(body).toContain(
      'The attachment holds the first 900 of 1,202 failed records. All of them are in .bak/users.failed.csv in your SFTP folder.',
    );
    expect(bodyOf(compose())).not.toContain('The attachment holds the first');
  });

  test('tells of inactive users that were not archived, of skipped columns, of newer files and of the same content before', () => {
    const body = bodyOf(
      compose({
        counts: { inactiveIgnored: 4, superseded: 1 },
        sameAs: 'acme-41' as ImportId,
        layout: { encoding: 'utf-8', delimiter: ',', headers: [], ignoredHeaders: ['shoe_size', 'x'], droppedBack: false },
      }),
    );
    expect(body).toContain('4 records say that the user is inactive (active = 0)');
    expect(body).toContain('“shoe_size”, “x”');
    expect(body).toContain('1 record was skipped, because a newer file');
    expect(body).toContain('as acme-41');
  });

  test('names at most twenty skipped columns', () => {
    const ignoredHeaders = Array.from({ length: 25 }, (_, n) => `column_${n}`);
    const body = bodyOf(compose({ layout: { encoding: 'utf-8', delimiter: ',', headers: [], ignoredHeaders, droppedBack: false } }));
    expect(body).toContain('“column_19” and 5 more');
    expect(body).not.toContain('column_20');
  });

  test('of a refused file says why, on which line, what to do and that nobody was changed', () => {
    const body = bodyOf(compose(refused));
    expect(body).toMatch(/your file could not be imported/i);
    expect(body).toContain('We refused users.csv as a whole, so no user was changed.');
    expect(body).toContain('(line 1,834 of the file)');
    expect(body).toContain('A double quote that opens on line 1834 is never closed.');
    expect(body).not.toContain(REFUSALS.QUOTE_UNCLOSED.fix);
    expect(body).toContain('Upload the corrected file to your SFTP folder.');
    expect(body).not.toMatch(/attached|Records in the file/);
  });

  test('of a file without failures says so', () => {
    expect(bodyOf(compose({ outcome: 'imported', counts: { rejected: 0 }, reasonCounts: {} }))).toContain('No record of users.csv failed.');
  });

  test.each([
    ['decline', 'The administrator declined it. No user was changed.'],
    ['timed-out', 'Nobody approved it in time. No user was changed.'],
  ] as const)('of a held import that ended with %s tells what it would have done, and not what support wrote', (verdict, end) => {
    const numbers = { archives: 120, permits: 3, activeUsers: 1480, emailChanges: 0, userNameChanges: 0 };
    const decided = { verdict, reason: 'looks like a mistake of theirs', by: 'sam', at: new Date(0) };
    const held = { ...numbers, since: new Date(0), until: new Date(0), decided };
    const body = bodyOf(compose({ outcome: 'declined', counts: NO_COUNTS, reasonCounts: {}, held }));
    expect(body).toContain(`users.csv was not imported. It would have archived 120 of 1,480 active users,`);
    expect(body).toContain(end);
    expect(body).toMatch(/upload the file again/);
    expect(body).not.toMatch(/mistake of theirs|sam\b/);
  });

  test('of a file approved without its archives says why nobody was archived', () => {
    const body = bodyOf(compose({ goAhead: 'without-archives', counts: { inactiveIgnored: 2 } }));
    expect(body).toContain(
      '2 records say that the user is inactive (active = 0). The administrator approved the file without archiving anyone.',
    );
  });
});

describe('text that the client chose', () => {
  const hostile = 'users"><script>alert(1)</script>\r\nBcc: all@acme.example\u0007\u202E.csv';
  const report = compose({
    fileName: hostile,
    backup: `.bak/${hostile}`,
    layout: { encoding: 'utf-8', delimiter: ',', headers: [], ignoredHeaders: ['<img src=x onerror=y>\n\nWhat to do'], droppedBack: false },
  });

  test('is text in the HTML: no tag, no attribute', () => {
    expect(report.html).not.toMatch(/<script|<img/i);
    expect(seen(report.html)).toContain('users"><script>alert(1)</script>');
  });

  test('stays on its line in both bodies and brings no control characters', () => {
    for (const body of [report.text, report.html]) {
      expect(body).not.toMatch(/^\s*Bcc:/m);
      expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(report.text.match(/^What to do$/gm)).toHaveLength(1);
  });
});

test('the HTML loads and runs nothing', () => {
  expect(compose().html).not.toMatch(/https?:|src=|<script|<img|<link|@import|url\(/i);
});

test('the text body fits a terminal', () => {
  const longest = Math.max(
    ...compose({}, { attachment: { path: '/x', records: 9 } })
      .text.split('\n')
      .map((line) => line.length),
  );
  expect(longest).toBeLessThanOrEqual(78);
});
