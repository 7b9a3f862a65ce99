// A rejected record as it is kept: all reasons, the cells as sent, and the unique values it would have taken.

import type { CheckedRecord } from '../../src/domain/record/record';
import type { Reasons } from '../../src/domain/reason/reasons';
import type { RejectedRecord } from '../../src/ports';

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
