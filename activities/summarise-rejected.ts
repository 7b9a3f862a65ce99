// Rejected records in one pass: how often each reason, and a hash that is the same when the same lines fail for the same reasons.

import { createHash } from 'node:crypto';
import type { ReasonCode } from '../src/domain/reasons';
import type { RejectedRecord } from '../src/ports';

export async function summariseRejected(records: AsyncIterable<RejectedRecord>): Promise<{
  readonly reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>;
  /** null when no record was rejected. */
  readonly digest: string | null;
}> {
  const reasonCounts: Partial<Record<ReasonCode, number>> = {};
  const hash = createHash('sha256');
  let seen = 0;
  for await (const { line, reasons } of records) {
    seen++;
    for (const code of new Set(reasons.map((reason) => reason.code))) reasonCounts[code] = (reasonCounts[code] ?? 0) + 1;
    hash.update(`${line}:${reasons.map(({ code, field }) => `${code}/${field ?? ''}`).join(',')};`);
  }
  return { reasonCounts, digest: seen === 0 ? null : hash.digest('hex') };
}
