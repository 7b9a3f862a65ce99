// Starts the undo of an import, or joins the one that runs. One that has stopped goes on where it stopped.

import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client as TemporalClient } from '@temporalio/client';
import type { ImportRun } from '../../domain/import-run';
import { ImportsError } from '../../errors';
import { importWorkflowIdOf, TASK_QUEUES, undoWorkflowIdOf, type UndoImportInput } from '../../../workflows/messages';
import { ImportClient, ImportState } from '../../../workflows/search-attributes';

export type UndoneImport = Pick<ImportRun, 'importId' | 'clientId' | 'fileName' | 'state'>;

/** Throws NOT_NOW when the import runs: somebody has just retried it. */
export async function refuseRunning(temporal: TemporalClient, { importId, state }: UndoneImport): Promise<void> {
  // The state `finished` is the last thing an import writes; its workflow may need a moment more.
  if (state === 'finished') return;
  try {
    const { status } = await temporal.workflow.getHandle(importWorkflowIdOf(importId)).describe();
    if (status.name !== 'RUNNING') return;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    throw error;
  }
  throw new ImportsError('NOT_NOW', `Import ${importId} is running, so it cannot be undone yet. Follow it with: imports watch ${importId}`);
}

export async function startUndo(temporal: TemporalClient, { importId, clientId, fileName }: UndoneImport): Promise<void> {
  const input: UndoImportInput = { importId, fileName };
  try {
    await temporal.workflow.start('undoImport', {
      taskQueue: TASK_QUEUES.imports,
      workflowId: undoWorkflowIdOf(importId),
      args: [input],
      // Whether there is anything to do is for the database to say: one that has ended may have left something.
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `undo of ${importId}`,
      typedSearchAttributes: [
        { key: ImportClient, value: clientId },
        { key: ImportState, value: 'undoing' },
      ],
    });
  } catch (error) {
    // It has ended well, which whoever waits for it is about to see.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
