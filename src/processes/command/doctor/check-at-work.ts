// Imports that look busy: is anybody at work on them, and do their steps work?

import { hasStopped } from '../../../cli/imports/stopped';
import type { ImportId } from '../../../domain/ids';
import { WITH_WORKFLOW } from '../../../domain/import-state';
import type { ImportsControl, ImportStore } from '../../../ports';
import { counted, ill, named, waiting, well, type Finding } from './finding';

/** Temporal is asked about each. */
const MOST_LOOKED_AT = 50;

export async function checkAtWork(
  imports: Pick<ImportStore, 'list' | 'find'>,
  control: Pick<ImportsControl, 'isRunning' | 'troubles'>,
): Promise<Finding> {
  const atWork = await imports.list({ states: WITH_WORKFLOW, limit: MOST_LOOKED_AT });
  const stopped: ImportId[] = [];
  const stuck: ImportId[] = [];
  for (const run of atWork) {
    if (await hasStopped({ imports, control }, run)) stopped.push(run.importId);
    else if ((await control.troubles(run.importId)).length > 0) stuck.push(run.importId);
  }
  if (stopped.length > 0) {
    return ill(`nobody is at work on ${named(stopped)}: terminated in Temporal`, `imports retry ${stopped[0]} --reason "…" (or undo)`);
  }
  if (stuck.length > 0) {
    const what = counted(stuck.length, 'import waits for a step that is', 'imports wait for steps that are');
    return waiting(`${what} tried again: ${named(stuck)}`, `Why, and when next: imports show ${stuck[0]}`);
  }
  return well(atWork.length === 0 ? 'none' : counted(atWork.length, 'import'));
}
