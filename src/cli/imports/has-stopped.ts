// Whether an import that looks busy has nobody at work on it: somebody terminated its workflow, which then could write nothing down.

import type { ImportRun, ImportState } from '../../domain/import-run';
import type { Services } from '../deps';

/** States in which a workflow is at work, or waits. A queued import is not one: its scan may be about to start it. */
export const AT_WORK = ['inspecting', 'held', 'applying', 'releasing', 'backing-up', 'reporting'] as const satisfies readonly ImportState[];

export interface SeenAtWork {
  readonly imports: Pick<Services['imports'], 'find'>;
  readonly control: Pick<Services['control'], 'isRunning'>;
}

export async function hasStopped({ imports, control }: SeenAtWork, run: ImportRun): Promise<boolean> {
  if (!AT_WORK.some((state) => state === run.state) || (await control.isRunning(run.importId))) return false;
  // It may have ended well between the two looks.
  return (await imports.find(run.importId))?.state === run.state;
}
