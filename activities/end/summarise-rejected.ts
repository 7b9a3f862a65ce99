// Rejected records in one pass: how often each reason and in which columns, and a hash that is the same when the same lines fail for the
// same reasons.

import { createHash } from 'node:crypto';
import type { ImportRun } from '../../src/domain/import-run';
import { ReasonTally } from '../../src/domain/reason/reason-tally';
import type { RejectedRecord } from '../../src/ports';

export async function summariseRejected(
  records: AsyncIterable<RejectedRecord>,
): Promise<Required<Pick<ImportRun, 'reasonCounts' | 'reasonFields' | 'rejectedDigest'>>> {
  const tally = new ReasonTally();
  const hash = createHash('sha256');
  let seen = 0;
  for await (const { line, reasons } of records) {
    seen++;
    tally.add(reasons);
    hash.update(`${line}:${reasons.map(({ code, field }) => `${code}/${field ?? ''}`).join(',')};`);
  }
  return { reasonCounts: tally.counts, reasonFields: tally.fields, rejectedDigest: seen === 0 ? null : hash.digest('hex') };
}
