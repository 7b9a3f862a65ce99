// Rejected records in one pass: how often each reason, in which column and on which lines, and a hash that is the same when the same lines
// fail for the same reasons.

import { createHash } from 'node:crypto';
import type { ImportRun } from '../../src/domain/import-run';
import { ReasonTally } from '../../src/domain/reason/reason-tally';
import type { RejectedRecord } from '../../src/domain/record/rejected-record';

export async function summariseRejected(
  records: AsyncIterable<RejectedRecord>,
): Promise<Required<Pick<ImportRun, 'reasonCounts' | 'reasonGroups' | 'rejectedDigest'>>> {
  const tally = new ReasonTally();
  const hash = createHash('sha256');
  let seen = 0;
  for await (const { line, reasons } of records) {
    seen++;
    tally.add(line, reasons);
    hash.update(`${line}:${reasons.map(({ code, field }) => `${code}/${field ?? ''}`).join(',')};`);
  }
  return { reasonCounts: tally.counts, reasonGroups: tally.groups, rejectedDigest: seen === 0 ? null : hash.digest('hex') };
}
