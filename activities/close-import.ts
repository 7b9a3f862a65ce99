// Closes the books: the import has ended, its working files go. The fingerprints of its unique ids stay as long as an older import of
// the client is open, because that one must leave alone every user of whom this newer file speaks.

import type { ImportId } from '../src/domain/ids';
import { ImportsError } from '../src/errors';
import type { ActivityPorts } from './activity-ports';
import { forgetIds, oldestOpenSeq } from './forget-ids';

export const closeImport =
  (ports: Pick<ActivityPorts, 'imports' | 'files' | 'log' | 'metrics'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<void> => {
    const run = await ports.imports.find(importId);
    if (run === undefined) throw new ImportsError('NOT_FOUND', `There is no import ${importId} in the database. Check MONGODB_URI.`);
    await ports.imports.update(importId, { state: 'finished' });
    if (run.state !== 'finished' && run.outcome !== null) {
      ports.metrics.importEnded({ clientId: run.clientId, outcome: run.outcome, counts: run.counts });
    }
    ports.log.info('import finished', { clientId: run.clientId, importId, outcome: run.outcome, report: run.report });

    const hasSpoken = run.outcome !== 'refused' && run.outcome !== 'declined';
    await ports.files.cleanUp(importId, hasSpoken && (await oldestOpenSeq(ports, run)) < run.seq);
    await forgetIds(ports, run);
  };
