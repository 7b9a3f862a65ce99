import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newRun } from '../../../activities/claim/claim-ready-files';
import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { composeReport } from '../../../src/domain/report/compose-mail';
import { parseClientId } from '../../../src/domain/ids';
import { NO_UNDO_COUNTS } from '../../../src/domain/undo/undo';
import { NO_COUNTS, type ImportRun } from '../../../src/domain/import-run';
import { describeStep } from '../../../src/domain/report/process-log';
import { reason } from '../../../src/domain/reason/reasons';
import { refusal } from '../../../src/domain/reason/refusals';
import { failureRow, fileRow, STATUS_HEADERS, statusReportName, successRow, supersededRow } from '../../../src/domain/report/status-report';

const clientId = parseClientId('learn')!;
const finishedAt = new Date('2026-11-21T00:00:05.123Z');
const run: ImportRun = {
  ...newRun(clientId, 3, { name: 'user-import.csv', bytes: 10, inode: '1', changedAt: new Date('2026-11-20T21:00:00Z') }),
  outcome: 'imported-with-failures',
  counts: { ...NO_COUNTS, records: 3, created: 2, rejected: 1 },
  reasonCounts: { '9033': 1 },
  finishedAt,
};
const settings = {
  ...DEFAULT_SETTINGS,
  profile: 'agylia' as const,
  failedImportEmail: 'lms@learn.example',
  replyToAdminEmail: 'support@vendor.example',
};
const client: Client = { clientId, enabled: true, settings };
const declined = (verdict: 'decline' | 'timed-out'): Partial<ImportRun> => ({
  outcome: 'declined',
  held: {
    archives: 9,
    permits: 0,
    activeUsers: 10,
    emailChanges: 0,
    userNameChanges: 0,
    since: finishedAt,
    until: finishedAt,
    decided: { verdict, reason: '', by: 'x', at: finishedAt },
  },
});

describe('a status report', () => {
  test('is named by the time and the import', () => expect(statusReportName(run)).toBe('20261121T000005Z-learn-3.csv'));

  test('has a row for a record, with every reason and the column that the file itself has', () => {
    const reasons = [reason('9033', 'email', 'mail is not valid.'), reason('9030', 'firstName', 'forename is too long.')];
    expect(STATUS_HEADERS).toHaveLength(6);
    expect(successRow(2, 'ana')).toEqual(['2', 'ana', 'success', '', '', '']);
    expect(supersededRow(2, 'ana')).toEqual(['2', 'ana', 'superseded', '', '', expect.stringContaining('newer file')]);
    expect(failureRow({ line: 3, uniqueId: 'ben', reasons }, { headers: ['username', 'Mail', 'forename'], ignoredHeaders: [] })).toEqual([
      '3',
      'ben',
      'failure',
      '9033 | 9030',
      'Mail | forename',
      'mail is not valid. | forename is too long.',
    ]);
  });

  test.each<[what: string, change: Partial<ImportRun>, row: readonly unknown[] | undefined]>([
    ['records speak for themselves', {}, undefined],
    [
      'refused',
      { outcome: 'refused', refusal: refusal('HEADER_MISSING', 'No username.', 1) },
      ['1', '', 'failure', 'HEADER_MISSING', '', 'No username.'],
    ],
    ['declined', declined('decline'), ['', '', 'failure', 'DECLINED', '', expect.stringContaining('the administrator declined it')]],
    ['timed out', declined('timed-out'), ['', '', 'failure', 'DECLINED', '', expect.stringContaining('nobody approved it in time')]],
    [
      'stopped half-way and undone',
      { outcome: null, stopped: { because: 'failed', undone: { ...NO_UNDO_COUNTS, restored: 2 } } },
      ['', '', 'failure', 'STOPPED', '', expect.stringContaining('a fault on our side. The changes already made to 2 users')],
    ],
  ])('of a file: %s', (_, change, row) => expect(fileRow({ ...run, ...change })).toEqual(row));
});

describe('the e-mail with it', () => {
  const mail = (change: Partial<ImportRun> = {}, records: number | null = 3) =>
    composeReport({
      run: { ...run, ...change },
      client,
      mailFrom: null,
      attachment: records === null ? null : { path: '/r.csv', records },
    });

  test('has a subject that says how it went, and one name for the attachment', () => {
    const subjects = [
      mail(),
      mail({ outcome: 'imported', counts: { ...NO_COUNTS, records: 3 }, reasonCounts: {} }),
      mail({ outcome: 'refused', refusal: refusal('NO_RECORDS', 'x', 1), counts: NO_COUNTS }),
      mail(declined('decline')),
    ].map(({ subject }) => subject);
    expect(subjects).toEqual([
      'User Import Status Report: some records failed',
      'User Import Status Report: all records imported',
      'User Import Status Report: file refused',
      'User Import Status Report: file declined',
    ]);
    expect(mail().attachment?.fileName).toBe('learn-3-status-report.csv');
  });

  test.each([{}, { outcome: 'refused', refusal: refusal('NO_RECORDS', 'x', 1) } as const, declined('decline')])(
    'speaks of /uploads and of the report, never of .bak',
    (change) => {
      const { text } = mail(change);
      expect(text).not.toMatch(/\.bak|SFTP/);
      expect(text).toContain('/uploads/user-import.csv');
      expect(text).toContain('reports/20261121T000005Z-learn-3.csv');
    },
  );

  test('says where the whole report is when the attachment was cut', () => {
    expect(mail({}, 2).text).toMatch(/first 2 of 3 records[^]*reports\/20261121T000005Z-learn-3\.csv/);
  });
});

describe('the log', () => {
  test('has a sentence for each step', () => {
    expect(describeStep({ kind: 'held', archives: 9, activeUsers: 10 })).toBe(
      'held: 9 of 10 active users would be archived; waiting for approval',
    );
    expect(describeStep({ kind: 'decided', verdict: 'timed-out' })).toBe('decided: declined, because nobody decided in time');
    expect(describeStep({ kind: 'started', attempt: 2 })).toBe('started (attempt 2)');
    expect(describeStep({ kind: 'failed', attempt: 1 })).toBe('failed: there is a fault on our side, and we are looking into it');
    expect(describeStep({ kind: 'refused', code: 'HEADER_UNKNOWN' })).toBe('refused: HEADER_UNKNOWN');
  });

  test('is documented by the example in docs/operations.md', () => {
    const page = readFileSync(path.join(__dirname, '../../../docs/operations.md'), 'utf8');
    expect(page).toContain(`learn-1 ${describeStep({ kind: 'found', bytes: 18_204 })}`);
    expect(page).toContain(`learn-1 ${describeStep({ kind: 'reported', name: '20261121T000009Z-learn-1.csv' })}`);
  });
});
