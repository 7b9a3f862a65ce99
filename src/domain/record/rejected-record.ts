// A record that was rejected, as it is kept for the failed-records file and for support.

import type { Reasons } from '../reason/reasons';
import type { CheckedRecord } from './record';

export interface RejectedRecord {
  readonly line: number;
  readonly uniqueId: string;
  readonly reasons: Reasons;
  /** The cells as sent. */
  readonly cells: readonly string[];
  /** E-mail and user name that the record would have taken: looked at again when all accepted records are in. */
  readonly claims: { readonly email?: string; readonly userName?: string };
}

export function rejectedRecord(record: CheckedRecord, reasons: Reasons, cells: readonly string[]): RejectedRecord {
  const { email, userName } = record.values;
  return {
    line: record.line,
    uniqueId: record.uniqueId,
    reasons,
    cells,
    claims: { ...(typeof email === 'string' ? { email } : {}), ...(typeof userName === 'string' ? { userName } : {}) },
  };
}
