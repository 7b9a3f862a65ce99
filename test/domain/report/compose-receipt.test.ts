// The receipt beside a file in `.bak`: a format that clients' programs read.

import { composeReceipt } from '../../../src/domain/report/compose-receipt';
import type { ClientId, ImportId } from '../../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../../src/domain/import-run';

const RUN: ImportRun = {
  importId: 'acme-42' as ImportId,
  clientId: 'acme' as ClientId,
  seq: 42,
  fileName: 'users.csv',
  bytes: 1234,
  inode: '7',
  sha256: 'abc',
  state: 'backing-up',
  outcome: 'imported-with-failures',
  refusal: null,
  receivedAt: new Date('2026-11-21T02:03:04.567Z'),
  startedAt: new Date('2026-11-21T02:03:05Z'),
  finishedAt: new Date('2026-11-21T02:04:05Z'),
  askedAt: new Date('2026-11-20T18:00:00.000Z'),
  turn: null,
  attempts: 2,
  counts: { ...NO_COUNTS, records: 10, created: 9, rejected: 1 },
  reasonCounts: { '9019': 1 },
  layout: null,
  chunks: 1,
  inactiveRecords: 0,
  goAhead: null,
  held: null,
  sameAs: 'acme-41' as ImportId,
  report: 'pending',
  backup: '.bak/users.20261121T020304Z.csv',
  rejectedDigest: 'd',
  failure: null,
};

test('holds what became of the file, and nothing of its content', () => {
  expect(JSON.parse(composeReceipt(RUN))).toEqual({
    importId: 'acme-42',
    file: 'users.csv',
    outcome: 'imported-with-failures',
    counts: RUN.counts,
    sha256: 'abc',
    bytes: 1234,
    receivedAt: '2026-11-21T02:03:04.567Z',
    finishedAt: '2026-11-21T02:04:05.000Z',
    refusal: null,
    sameAs: 'acme-41',
    report: { state: 'to-be-sent', sentence: expect.stringContaining('An e-mail') as string },
    failedRecords: 'users.20261121T020304Z.failed.csv',
  });
});

test('is readable as it lies there: indented, with a last line end', () => {
  expect(composeReceipt(RUN)).toMatch(/^\{\n {2}"importId": "acme-42",\n[\s\S]*\n\}\n$/);
});

test.each([
  ['none', 'none'],
  ['not-repeated', 'not-repeated'],
  ['pending', 'to-be-sent'],
  ['sent', 'to-be-sent'],
  ['failed', 'to-be-sent'],
] as const)('is the same before and after the e-mail went: a report that is %s reads %s', (report, state) => {
  expect(JSON.parse(composeReceipt({ ...RUN, report }))).toMatchObject({ report: { state } });
});

test('names no failed-records file where there is none', () => {
  const refusal = { code: 'FILE_EMPTY', message: 'The file is empty.' } as const;
  const receipt = composeReceipt({ ...RUN, outcome: 'refused', refusal, counts: NO_COUNTS });
  expect(JSON.parse(receipt)).toMatchObject({ refusal, failedRecords: null });
});

test('a file name of any kind leaves it valid JSON', () => {
  const fileName = 'a"\\\n\u2028.csv';
  expect(JSON.parse(composeReceipt({ ...RUN, fileName }))).toMatchObject({ file: fileName });
});
