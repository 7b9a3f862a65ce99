// Every kind of e-mail that the product sends, each made from an import that brings out as much of it as possible. The golden texts in
// test/domain/report/mails are these; test/support/pictures.ts renders them in a browser.

import { newRun } from '../../activities/claim/claim-ready-files';
import { DEFAULT_SETTINGS, type Client } from '../../src/domain/client';
import { importIdOf, parseClientId } from '../../src/domain/ids';
import { NO_COUNTS, type Held, type ImportRun } from '../../src/domain/import-run';
import { reason, takenReason } from '../../src/domain/reason/reasons';
import * as refusals from '../../src/domain/reason/refusals';
import { composeAdminMail, composeReport, type Message } from '../../src/domain/report/compose-mail';
import { describeAddressChange, describeSilence } from '../../src/domain/report/describe-alarms';
import { describeHold } from '../../src/domain/report/describe-hold';
import type { AdminPage } from '../../src/domain/report/describe-report';
import { describeUndo } from '../../src/domain/report/describe-undo';
import { NO_UNDO_COUNTS, type Undo } from '../../src/domain/undo/undo';

const acme = parseClientId('acme')!;
const learn = parseClientId('learn')!;
const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'registrar@acme.example', replyToAdminEmail: 'admin@parking.example' };
const client: Client = { clientId: acme, enabled: true, settings: { ...settings, expectFileEvery: '26h' } };
const agylia: Client = {
  clientId: learn,
  enabled: true,
  settings: { ...settings, profile: 'agylia', failedImportEmail: 'lms@learn.example' },
};

const received = new Date('2026-11-21T14:02:58Z');
const finished = new Date('2026-11-21T14:03:04Z');

function aRun(change: Partial<ImportRun>): ImportRun {
  const file = { name: 'students-2026-11.csv', bytes: 184_220, inode: '7', changedAt: received };
  return {
    ...newRun(acme, 42, file),
    state: 'reporting',
    outcome: 'imported-with-failures',
    sha256: 'abc',
    receivedAt: received,
    finishedAt: finished,
    backup: '.bak/students-2026-11.csv',
    layout: { encoding: 'utf-8', delimiter: ',', headers: ['unique_id', 'email', 'state'], ignoredHeaders: [], droppedBack: false },
    ...change,
  };
}

const failedRecords = aRun({
  counts: { ...NO_COUNTS, records: 1_204, created: 31, updated: 180, archived: 12, permitsReleased: 3, unchanged: 984, rejected: 9 },
  reasonCounts: { '9033': 6, '9019': 2, '9030': 1, DUPLICATE_IN_FILE: 2 },
  reasonGroups: [
    { code: '9033', field: 'province', count: 5, lines: [12, 87, 88, 90, 311], message: 'state must be two letters, such as ON.' },
    { code: '9019', field: 'email', count: 2, lines: [40, 512], message: null },
    { code: 'DUPLICATE_IN_FILE', field: null, count: 2, lines: [700, 1_018], message: null },
    {
      code: '9033',
      field: 'email',
      count: 1,
      lines: [64],
      message: 'email is not a valid e-mail address, such as name@example.org; correct it.',
    },
    { code: '9030', field: 'city', count: 1, lines: [64], message: 'city is longer than 50 characters; shorten it.' },
  ],
});
const told = [
  { line: 40, reasons: [takenReason('email', 'email', '000917')] },
  {
    line: 512,
    reasons: [reason('9019', 'email', 'Another user has the same e-mail address (line 513); give each user a different one.')],
  },
];
const oneFailed = (change: Partial<ImportRun>) =>
  aRun({ counts: { ...NO_COUNTS, records: 1_204, unchanged: 1_203, rejected: 1 }, ...change });
const refused = (refusal: ImportRun['refusal']) => aRun({ outcome: 'refused', refusal, layout: null });
const held: Held = {
  archives: 120,
  permits: 34,
  activeUsers: 1_480,
  emailChanges: 5,
  userNameChanges: 0,
  since: new Date('2026-11-21T14:03:00Z'),
  until: new Date('2026-11-24T14:03:00Z'),
  decided: null,
};
const decided = (verdict: 'decline' | 'timed-out') =>
  aRun({ outcome: 'declined', held: { ...held, decided: { verdict, reason: 'not for the client', by: 'sam', at: finished } } });
const undo = (counts: Partial<Undo['counts']>): Undo => ({
  importId: failedRecords.importId,
  clientId: acme,
  round: 1,
  reason: 'wrong file, says the client',
  by: 'sam',
  requestedAt: new Date('2026-11-22T09:00:00Z'),
  turn: null,
  chunks: 1,
  finishedAt: new Date('2026-11-22T09:00:07Z'),
  counts: { ...NO_UNDO_COUNTS, ...counts },
  report: 'pending',
  failure: null,
});
const stopped = (because: 'failed' | 'cancelled') =>
  aRun({
    state: 'undone',
    outcome: null,
    counts: { ...NO_COUNTS, records: 1_204 },
    stopped: { because, undone: { ...NO_UNDO_COUNTS, restored: 201, archived: 14, usersLeft: 1 } },
  });
const status = (change: Partial<ImportRun>): ImportRun => ({
  ...aRun({ counts: { ...NO_COUNTS, records: 310, created: 4, updated: 20, unchanged: 284, rejected: 2 }, backup: null }),
  importId: importIdOf(learn, 3),
  clientId: learn,
  fileName: 'user-import.csv',
  layout: { encoding: 'utf-8', delimiter: ',', headers: ['username', 'mail'], ignoredHeaders: [], droppedBack: false },
  reasonCounts: { '9033': 2 },
  reasonGroups: [
    {
      code: '9033',
      field: 'email',
      count: 2,
      lines: [17, 140],
      message: 'mail is not a valid e-mail address, such as name@example.org; correct it.',
    },
  ],
  ...change,
});

/** By name, in the order in which a reader would meet them. */
export function everyMail(): Readonly<Record<string, Message>> {
  const report = (run: ImportRun, attached: number | null, mayName = told) =>
    composeReport({ run, client, mailFrom: null, attachment: attached === null ? null : { path: '/x', records: attached }, told: mayName });
  const statusReport = (run: ImportRun) =>
    composeReport({ run, client: agylia, mailFrom: null, attachment: { path: '/x', records: run.counts.records } });
  const toAdmin = (kind: string, page: AdminPage) =>
    composeAdminMail({ importId: failedRecords.importId, kind, client, mailFrom: null, page });
  const changed = { client, at: received, by: 'sam' };
  const waiting = aRun({ state: 'held', outcome: null, finishedAt: null, held, counts: { ...NO_COUNTS, records: 1_204 } });
  const silence = { after: failedRecords.importId, since: received };
  return {
    'failed-records': report(failedRecords, 9),
    'failed-records-too-many-to-attach': report(failedRecords, 5),
    'failed-records-all': report(
      oneFailed({ counts: { ...NO_COUNTS, records: 1, rejected: 1 }, reasonCounts: { '9013': 1 }, reasonGroups: [] }),
      1,
    ),
    'failed-record-cut-off': report(
      oneFailed({
        reasonCounts: { CUT_OFF: 1 },
        reasonGroups: [{ code: 'CUT_OFF', field: null, count: 1, lines: [1_205], message: null }],
      }),
      1,
    ),
    'failed-record-not-stored': report(
      oneFailed({
        reasonCounts: { NOT_STORED: 1 },
        reasonGroups: [{ code: 'NOT_STORED', field: null, count: 1, lines: [8], message: null }],
      }),
      1,
    ),
    'no-failures': report(
      aRun({
        outcome: 'imported',
        counts: { ...NO_COUNTS, records: 1_204, updated: 7, unchanged: 1_195, repeated: 1, superseded: 1, inactiveIgnored: 2 },
        sameAs: importIdOf(acme, 40),
        layout: { encoding: 'utf-8', delimiter: ',', headers: [], ignoredHeaders: ['Shoe size'], droppedBack: false },
      }),
      null,
    ),
    'refused-header': report(
      refused(
        refusals.refusal(
          'HEADER_MISSING',
          'The required column unique_id is missing. Unknown column "uniqe_id" (did you mean unique_id?); rename or remove it.',
          1,
        ),
      ),
      null,
    ),
    'refused-workbook': report(refused(refusals.refuseNotCsv('an Excel workbook')), null),
    'refused-too-large': report(refused(refusals.refuseTooManyRecords(5_000_000)), null),
    declined: report(decided('decline'), null),
    'declined-by-time': report(decided('timed-out'), null),
    'stopped-by-a-fault': report(stopped('failed'), null),
    'stopped-by-the-administrator': report(stopped('cancelled'), null),
    'status-report': statusReport(status({})),
    'status-report-refused': statusReport(status({ outcome: 'refused', refusal: refusals.refuseNoRecords(), counts: NO_COUNTS })),
    'status-report-declined': statusReport(status({ outcome: 'declined', held: decided('decline').held, counts: NO_COUNTS })),
    hold: toAdmin('hold', describeHold(waiting, held, client, 'hold')),
    'hold-reminder': toAdmin('hold-reminder', describeHold(waiting, held, client, 'hold-reminder')),
    silence: toAdmin('silence', describeSilence({ client, silence, newest: failedRecords, now: new Date('2026-11-22T17:00:00Z') })),
    'silence-from-the-start': toAdmin(
      'silence',
      describeSilence({ client, silence, newest: undefined, now: new Date('2026-11-24T17:00:00Z') }),
    ),
    undone: toAdmin('undo', describeUndo(failedRecords, undo({ restored: 180, archived: 31, madeActive: 12, permitsReturned: 3 }), 0)),
    'undone-with-exceptions': toAdmin('undo', describeUndo(failedRecords, undo({ restored: 178, usersLeft: 2, permitsLeft: 1 }), 3)),
    'address-change-old': toAdmin('address-old-7', describeAddressChange({ ...changed, isOld: true })),
    'address-change-new': toAdmin('address-new-7', describeAddressChange({ ...changed, isOld: false })),
  };
}
