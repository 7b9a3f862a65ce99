// Writes down the result of an undo, and that the import is undone: from now on it supersedes no older import. An import that had failed
// or was cancelled still has its file claimed; it goes to `.bak` now, since nobody will retry it.

import type { ImportId } from '../../src/domain/ids';
import { addCounts, ENDED_FROM_OUTSIDE, type ImportRun } from '../../src/domain/import-run';
import { NO_UNDO_COUNTS, type Undo, type UndoCounts } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';
import { backUpStopped, putAway } from '../end/back-up-file';
import { beat } from '../heartbeat';
import { loadImport, loadUndo } from '../load-import';
import { undoInTurn, type InTurn } from '../turn/require-turn';
import { noteStep } from '../note-step';

interface SettledUndo {
  readonly counts: UndoCounts;
  /** The client was not told yet that the file is not imported. */
  readonly isReportDue: boolean;
}

export async function settleUndo(ports: ActivityPorts, { importId, turn }: InTurn): Promise<SettledUndo> {
  const { run, client } = await loadImport(ports, importId);
  const undo = await undoInTurn(ports, { importId, turn });
  if (undo.finishedAt === null) await finish(ports, run, undo);
  // As they were written down first: another worker may have finished it meanwhile.
  const { counts } = await loadUndo(ports, importId);
  if (run.state !== 'undone') {
    if (run.state !== 'finished') await endHalfDone(ports, run, counts);
    await noteStep(ports, client, importId, { kind: 'undone' });
    const isNews = await ports.imports.advance(importId, 'undone', { failure: null });
    if (isNews && run.state === 'reporting' && run.outcome !== null)
      ports.metrics.importEnded({ clientId: run.clientId, outcome: run.outcome, counts: run.counts });
    ports.log.info('import undone', { clientId: run.clientId, importId, ...counts });
  }
  return { counts, isReportDue: (await loadImport(ports, importId)).run.report === 'pending' };
}

async function finish(ports: ActivityPorts, { importId, state }: ImportRun, undo: Undo): Promise<void> {
  const counts = await countAll(ports, importId);
  // Opened again, it has something new to tell only when it took back more.
  const isNews = Object.entries(counts).some(([what, n]) => undo.counts[what as keyof UndoCounts] !== n);
  if (state === 'undone' && isNews) await ports.outbox.setState(importId, 'undo', 'pending', ports.clock.now());
  await ports.undos.updateOpen(importId, undo.turn, { finishedAt: ports.clock.now(), counts });
}

async function countAll(ports: ActivityPorts, importId: ImportId): Promise<UndoCounts> {
  let counts: UndoCounts = NO_UNDO_COUNTS;
  for await (const { result } of ports.undos.chunkResults(importId)) counts = addCounts(counts, result.counts);
  let permitsLeft = 0;
  for await (const _ of ports.permits.notGivenBack(importId)) if (++permitsLeft % 1_000 === 0) beat();
  return { ...counts, permitsLeft, permitsReturned: await ports.permits.countGivenBack(importId) };
}

async function endHalfDone(ports: ActivityPorts, run: ImportRun, undone: UndoCounts): Promise<void> {
  const { importId, outcome, state, failure, report } = run;
  // What it had to tell the client is no longer true, unless it has told it.
  if (outcome !== null && outcome !== 'declined' && report !== 'sent')
    await ports.imports.updateIf(importId, { report }, { report: 'none' });
  // Its file is in `.bak` already.
  if (state === 'reporting') return;
  try {
    const { run: ended, client } = await loadImport(ports, importId);
    // Terminated and undone: somebody wanted it stopped, and may not want to see the file again.
    const isOurFault = state === 'failed' && failure !== ENDED_FROM_OUTSIDE;
    if (outcome === null) await backUpStopped(ports, importId, { because: isOurFault ? 'failed' : 'cancelled', undone });
    else await putAway(ports, ended, client);
  } catch (error) {
    // That its file is gone may be why the import failed; its users are restored all the same.
    if (!isGone(error)) throw error;
    ports.log.warn('file of the undone import is gone', { clientId: run.clientId, importId });
  }
}

function isGone(error: unknown): boolean {
  if (error instanceof ImportsError) return error.code === 'FILE_VANISHED';
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
