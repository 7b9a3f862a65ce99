// Whether an import that looks busy has nobody at work on it: its workflow was ended from outside, and nobody has noticed yet. The next
// standing pass writes that down; somebody who asks sooner is told at once.

import type { ImportRun } from '../../domain/import-run';
import { IMPORT_STATES } from '../../domain/import-state';
import type { Services } from '../deps';

interface SeenAtWork {
  readonly imports: Pick<Services['imports'], 'find'>;
  readonly control: Pick<Services['control'], 'isRunning'>;
}

export async function hasStopped({ imports, control }: SeenAtWork, run: ImportRun): Promise<boolean> {
  if (!IMPORT_STATES[run.state].hasWorkflow || (await control.isRunning(run.importId))) return false;
  // It may have ended well between the two looks.
  return (await imports.find(run.importId))?.state === run.state;
}
