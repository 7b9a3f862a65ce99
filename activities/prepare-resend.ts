// Before an e-mail is sent again: is what it would carry still there? Then the outbox forgets how the first one ended.

import type { ImportId } from '../src/domain/ids';
import type { ActivityPorts } from './activity-ports';
import { failedRecordsFile } from './failed-records-file';
import { loadImport } from './load-import';

export const prepareResend =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'rejected' | 'outbox' | 'files' | 'csv' | 'clock'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly isLeft: boolean }> => {
    const { run } = await loadImport(ports, importId);
    if (run.counts.rejected > 0 && (await failedRecordsFile(ports, run)) === undefined) return { isLeft: false };
    await ports.files.makeWorkFolder(importId);
    await ports.imports.update(importId, { report: 'pending' });
    await ports.outbox.setState(importId, 'report', 'pending', ports.clock.now());
    return { isLeft: true };
  };
