// Looks at the workflow of an import or of its undo: is it at work, and with which turn was it started? Asked without a run id, so that it
// is the newest run that answers.

import { WorkflowNotFoundError, type Client as TemporalClient } from '@temporalio/client';
import type { ImportId } from '../../domain/ids';
import type { Writer } from '../../ports';
import { importWorkflowIdOf, undoWorkflowIdOf } from '../../../workflows/messages';

export async function lookAtWriter(temporal: TemporalClient, importId: ImportId, kind: 'import' | 'undo'): Promise<Writer | undefined> {
  const workflowId = kind === 'import' ? importWorkflowIdOf(importId) : undoWorkflowIdOf(importId);
  try {
    const { status, memo } = await temporal.workflow.getHandle(workflowId).describe();
    const turn = memo?.['turn'];
    // One that somebody started by hand has none: it may write nothing.
    return { isRunning: status.name === 'RUNNING', turn: typeof turn === 'number' ? turn : 0 };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
