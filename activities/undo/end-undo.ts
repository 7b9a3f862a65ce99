// How an undo ends: its books are closed, or it is written down why it stopped.

import type { ImportId } from '../../src/domain/ids';
import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { forgetIds } from '../end/close-import';
import { loadImport } from '../load-import';
import type { InTurn } from '../turn/require-turn';

/** What is left of the import's working files goes, and so do those that newer imports kept for it alone. */
export const closeUndo =
  (ports: ActivityPorts) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    // Its list of unique ids goes at once: an import that is undone supersedes nobody.
    if (profileOf(client).upload === 'left-in-place') await ports.standing.discardCopy(importId);
    await ports.files.cleanUp(importId, false);
    await forgetIds(ports, run);
  };

/** Asking for it again goes on from there. */
export const markUndoFailed =
  (ports: ActivityPorts) =>
  async ({ importId, turn, failure }: InTurn & { readonly failure: string }): Promise<void> => {
    if (!(await ports.undos.updateOpen(importId, turn, { failure }))) return;
    ports.log.warn('undo stopped', { importId });
  };
