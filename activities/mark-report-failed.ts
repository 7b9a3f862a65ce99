// The e-mail could not be sent within its time: the import is good all the same, and `imports show` says so.

import type { ImportId } from '../src/domain/ids';
import type { ReportState } from '../src/domain/import-run';
import type { ActivityPorts } from './activity-ports';

export const markReportFailed =
  (ports: Pick<ActivityPorts, 'imports' | 'outbox' | 'clock' | 'log'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly report: ReportState }> => {
    await ports.outbox.setState(importId, 'report', 'failed', ports.clock.now());
    await ports.imports.update(importId, { report: 'failed' });
    ports.log.warn('e-mail could not be sent', { importId });
    return { report: 'failed' };
  };
