// Whether an import that looks busy has nobody at work on it: its workflow was ended from outside, and nobody has noticed yet. The next
// standing pass writes that down; somebody who asks sooner is told at once.

import { type ImportRun, endingOf, STOPPED_BEFORE_MAIL } from '../../domain/import-run';
import { IMPORT_STATES } from '../../domain/import-state';
import type { Services, CliDeps } from '../deps';
import { requireImport } from './require-import';

interface SeenAtWork {
  readonly imports: Pick<Services['imports'], 'find'>;
  readonly control: Pick<Services['control'], 'isRunning'>;
}

export async function hasStopped({ imports, control }: SeenAtWork, run: ImportRun): Promise<boolean> {
  if (!IMPORT_STATES[run.state].hasWorkflow || (await control.isRunning(run.importId))) return false;
  // It may have ended well between the two looks.
  return (await imports.find(run.importId))?.state === run.state;
}

/**
 * The inbox, the standing pass or a command of support, whichever comes first, writes it down by one rule (`endingOf` in src/domain/import-run.ts).
 * The import as it is then, even if somebody else marked it.
 */
export async function markStopped(services: Services, run: ImportRun, { now }: Pick<CliDeps, 'now'>): Promise<ImportRun> {
  const { importId, state, turn } = run;
  const { to, change } = endingOf(run);
  if ((await services.imports.advance(importId, to, change, { state: [state], turn })) && to === 'finished' && run.report === 'pending')
    await services.outbox.setState(importId, 'report', 'failed', now(), STOPPED_BEFORE_MAIL);
  return requireImport(services, importId);
}
