// Writes down that an import or an undo failed or was cancelled: the state that support sees and may retry from. One whose workflow was ended
// from outside (terminated, timed out, or lost with its server) could record nothing: that is made up for here, so that `list`, `show`, `doctor`,
// the metrics and `retry --all-failed` see it like any other failure.

import { ENDED_FROM_OUTSIDE, endingOf, STOPPED_BEFORE_MAIL, type ImportRun } from '../../src/domain/import-run';
import type { TurnHolder } from '../../src/domain/turn';
import type { ActivityPorts } from '../activity-ports';
import { announce, announceEnd } from '../webhooks/events';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import type { InTurn } from './require-turn';

interface StoppedImport extends InTurn {
  readonly state: 'failed' | 'cancelled';
  readonly failure: string | null;
}

/** It failed or was cancelled, and its workflow says so. */
export async function markImport(ports: ActivityPorts, { importId, turn, state, failure }: StoppedImport): Promise<void> {
  const { run, client } = await loadImport(ports, importId);
  const { clientId, attempts: attempt } = run;
  const event = { type: 'import.failed', clientId, importId, attempt, because: state, at: ports.clock.now().getTime() } as const;
  if (!(await ports.imports.advance(importId, state, { failure }, { turn }))) {
    // Its file is in `.bak`, and only the e-mail was left. Or the turn is another run's, which tells its own end.
    if (run.state === 'reporting' && run.turn === turn) await endWithoutReport(ports, run);
    // A worker that died right after it wrote the state down may not have announced it.
    if (run.state === state && run.turn === turn) await announce(ports, event);
    return;
  }
  ports.metrics.importEnded({ clientId, outcome: state, counts: null });
  ports.log.warn(`import ${state}`, { importId });
  await noteStep(ports, client, importId, { kind: state, attempt: run.attempts });
  // Last, because it may throw, and its repetition comes no further than to the event.
  await announce(ports, event);
}

/** Asking for it again goes on from there. */
export async function markUndoFailed(
  ports: ActivityPorts,
  { importId, turn, failure }: InTurn & { readonly failure: string },
): Promise<void> {
  if (!(await ports.undos.updateOpen(importId, turn, { failure }))) return;
  ports.log.warn('undo stopped', { importId });
}

/** While it has this turn. Whether it was stopped. */
export async function markStopped(ports: ActivityPorts, { kind, importId }: TurnHolder, turn: number): Promise<boolean> {
  if (kind === 'undo') return ports.undos.updateOpen(importId, turn, { failure: ENDED_FROM_OUTSIDE });
  const run = await ports.imports.find(importId);
  return run !== undefined && run.turn === turn && markGone(ports, run);
}

/** The same of an import that need not have a turn. */
export async function markGone(ports: ActivityPorts, run: ImportRun): Promise<boolean> {
  const { importId, clientId, state, turn, attempts: attempt } = run;
  const { to, change } = endingOf(run);
  if (to === 'finished') return endWithoutReport(ports, run);
  // What was seen before the look at its workflow may be old: it may have ended well in between.
  const now = await ports.imports.find(importId);
  if (now?.state !== state || now.turn !== turn) return false;
  // Before the state is written down, because nobody comes here again after that.
  await announce(ports, { type: 'import.failed', clientId, importId, attempt, because: 'failed', at: ports.clock.now().getTime() });
  if (!(await ports.imports.advance(importId, to, change, { state: [state], turn }))) return false;
  ports.metrics.importEnded({ clientId, outcome: 'failed', counts: null });
  ports.log.warn('import stopped: its workflow was ended from outside', { clientId, importId });
  return true;
}

/** Stopped while it sent its e-mail, which `imports resend-report` sends then. False when somebody else has ended it. */
async function endWithoutReport(ports: ActivityPorts, run: ImportRun): Promise<boolean> {
  const { importId, clientId, turn, outcome, counts, report } = run;
  // Its worker may have died before it announced the end, and nobody comes here again after the next line.
  await announceEnd(ports, run);
  if (!(await ports.imports.advance(importId, 'finished', endingOf(run).change, { turn }))) return false;
  if (report === 'pending') await ports.outbox.setState(importId, 'report', 'failed', ports.clock.now(), STOPPED_BEFORE_MAIL);
  if (outcome !== null) ports.metrics.importEnded({ clientId, outcome, counts });
  ports.log.warn('import finished without its e-mail', { clientId, importId });
  return true;
}
