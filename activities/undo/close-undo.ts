// Closes the books of an undo: what is left of the import's working files goes, and so do those that newer imports kept for it alone.

import type { ImportId } from '../../src/domain/ids';
import type { ReportState } from '../../src/domain/import-run';
import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { forgetIds } from '../end/forget-ids';
import { loadImport } from '../load-import';

export interface ClosedUndo {
  readonly importId: ImportId;
  readonly report: ReportState;
  /** What the last try to send its e-mail said, of one that was given up. */
  readonly why?: string;
}

export const closeUndo =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'undos' | 'files' | 'standing' | 'outbox' | 'clock'>) =>
  async ({ importId, report, why }: ClosedUndo): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    if (why !== undefined) await ports.outbox.setState(importId, 'undo', 'failed', ports.clock.now(), why);
    await ports.undos.update(importId, { report });
    // Its list of unique ids goes at once: an import that is undone supersedes nobody.
    if (profileOf(client).upload === 'left-in-place') await ports.standing.discardCopy(importId);
    await ports.files.cleanUp(importId, false);
    await forgetIds(ports, run);
  };
