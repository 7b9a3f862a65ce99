// An import or undo whose workflow was ended from outside (terminated, timed out, or lost with its server) could write nothing down. That
// is made up for here, so that `list`, `show`, `doctor`, the metrics and `retry --all-failed` know of it like of any other failure.

import type { ImportRun } from '../../src/domain/import-run';
import type { TurnHolder } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { endWithoutReport } from '../end/end-without-report';

export type StopPorts = Pick<ActivityPorts, 'imports' | 'undos' | 'outbox' | 'clock' | 'metrics' | 'log'>;

const WHY = 'Its workflow was ended from outside: somebody terminated it in Temporal, or Temporal lost it.';

/** While it has this turn. Whether it was stopped. */
export async function markStopped(ports: StopPorts, { kind, importId }: TurnHolder, turn: number): Promise<boolean> {
  if (kind === 'undo') return ports.undos.updateOpen(importId, turn, { failure: WHY });
  const run = await ports.imports.find(importId);
  return run !== undefined && run.turn === turn && markGone(ports, run);
}

/** The same of an import that need not have a turn. One that was only sending its e-mail has ended well but for that. */
export async function markGone(ports: StopPorts, run: ImportRun): Promise<boolean> {
  const { importId, clientId, state, turn } = run;
  if (state === 'reporting') return endWithoutReport(ports, run);
  if (!(await ports.imports.advance(importId, 'failed', { failure: WHY }, { state: [state], turn }))) return false;
  ports.metrics.importEnded({ clientId, outcome: 'failed', counts: null });
  ports.log.warn('import stopped: its workflow was ended from outside', { clientId, importId });
  return true;
}
