// Closes the books: the import has ended, its working files go. The fingerprints of its unique ids stay as long as an older import of
// the client is open, because that one must leave alone every user of whom this newer file speaks.

import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { forgetIds, oldestOpenSeq } from './forget-ids';
import { loadImport } from '../load-import';
import { enter, type InTurn } from '../turn/require-turn';

export const closeImport =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'files' | 'standing' | 'log' | 'metrics'>) =>
  async ({ importId, turn }: InTurn): Promise<void> => {
    const isNews = await enter(ports, { importId, turn }, 'finished');
    const { run, client } = await loadImport(ports, importId);
    if (isNews && run.outcome !== null) ports.metrics.importEnded({ clientId: run.clientId, outcome: run.outcome, counts: run.counts });
    ports.log.info('import finished', { clientId: run.clientId, importId, outcome: run.outcome, report: run.report });

    if (profileOf(client).upload === 'left-in-place') await ports.standing.discardCopy(importId);
    const hasSpoken = run.outcome !== 'refused' && run.outcome !== 'declined';
    await ports.files.cleanUp(importId, hasSpoken && (await oldestOpenSeq(ports, run)) < run.seq);
    await forgetIds(ports, run);
  };
