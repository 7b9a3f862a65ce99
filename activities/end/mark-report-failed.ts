// An e-mail could not be sent within its time: the import, or its undo, is good all the same, and `imports show` says so, and why.

import type { ImportId } from '../../src/domain/ids';
import type { ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';

export interface FailedMail {
  readonly importId: ImportId;
  readonly kind?: 'report' | 'undo';
  /** What the last try said. */
  readonly why?: string;
}

export const markReportFailed =
  (ports: Pick<ActivityPorts, 'imports' | 'undos' | 'outbox' | 'clock' | 'log'>) =>
  async ({ importId, kind = 'report', why }: FailedMail): Promise<{ readonly report: ReportState }> => {
    await ports.outbox.setState(importId, kind, 'failed', ports.clock.now(), why);
    await (kind === 'undo' ? ports.undos : ports.imports).update(importId, { report: 'failed' });
    ports.log.warn('e-mail could not be sent', { importId, kind });
    return { report: 'failed' };
  };
