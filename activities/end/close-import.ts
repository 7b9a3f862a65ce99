// Closes the books of an import or an undo that has ended: its working files go. The fingerprints of its unique ids stay as long as an
// older import of the client is open, because that one must leave alone every user that this newer file contains; they go when that one
// ends.

import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { enter, type InTurn, type OfImport } from '../turn/require-turn';
import type { ImportRun } from '../../src/domain/import-run';
import { OPEN_STATES } from '../../src/domain/import-state';

export async function closeImport(ports: ActivityPorts, { importId, turn }: InTurn): Promise<void> {
  // Undone while its e-mail waited for the mail server: its undo closes the books, and only what the e-mail needed is left.
  if ((await loadImport(ports, importId)).run.state === 'undone') return ports.files.cleanUp(importId, false);
  const isNews = await enter(ports, { importId, turn }, 'finished');
  const { run, client } = await loadImport(ports, importId);
  if (isNews && run.outcome !== null) ports.metrics.importEnded({ clientId: run.clientId, outcome: run.outcome, counts: run.counts });
  ports.log.info('import finished', { clientId: run.clientId, importId, outcome: run.outcome, report: run.report });

  if (profileOf(client).upload === 'left-in-place') await ports.standing.discardCopy(importId);
  const hasSpoken = run.outcome !== 'refused' && run.outcome !== 'declined';
  await ports.files.cleanUp(importId, hasSpoken && (await oldestOpenSeq(ports, run)) < run.seq);
  await forgetIds(ports, run);
}

/** Infinity when none is open. */
export async function oldestOpenSeq(ports: ActivityPorts, run: ImportRun): Promise<number> {
  const open = (await ports.imports.inOrder(run.clientId, OPEN_STATES)).map((one) => one.seq);
  return Math.min(...open, Number.POSITIVE_INFINITY);
}

/** Removes the fingerprints that were kept only for this import, which has just ended. */
async function forgetIds(ports: ActivityPorts, run: ImportRun): Promise<void> {
  const oldestOpen = await oldestOpenSeq(ports, run);
  for (const newer of await ports.imports.newerApplied(run.clientId, run.seq)) {
    const other = await ports.imports.find(newer);
    if (other?.state === 'finished' && oldestOpen > other.seq) await ports.files.cleanUp(newer, false);
  }
}

/** What is left of the import's working files goes, and so do those that newer imports kept for it alone. */
export async function closeUndo(ports: ActivityPorts, { importId }: OfImport): Promise<void> {
  const { run, client } = await loadImport(ports, importId);
  // Its list of unique ids goes at once: an import that is undone supersedes nobody.
  if (profileOf(client).upload === 'left-in-place') await ports.standing.discardCopy(importId);
  await ports.files.cleanUp(importId, false);
  await forgetIds(ports, run);
}
