// Looks at the workflow of an import or of its undo: is it running, and with which turn was it started? Asked without a run id, so that it
// is the newest run that answers.

import { WorkflowNotFoundError, type Client as TemporalClient } from '@temporalio/client';
import type { ImportId } from '../../domain/ids';
import type { Writer } from '../../domain/turn';
import { importWorkflowIdOf, undoWorkflowIdOf } from '../../../workflows/messages';

export async function lookAtWriter(temporal: TemporalClient, importId: ImportId, kind: 'import' | 'undo'): Promise<Writer | undefined> {
  const workflowId = kind === 'import' ? importWorkflowIdOf(importId) : undoWorkflowIdOf(importId);
  try {
    const { status, memo, closeTime } = await temporal.workflow.getHandle(workflowId).describe();
    const turn = memo?.['turn'];
    const wasStopped = status.name === 'TERMINATED' || status.name === 'TIMED_OUT';
    return {
      isRunning: status.name === 'RUNNING',
      // One that somebody started by hand has none: it may write nothing.
      turn: typeof turn === 'number' ? turn : 0,
      ...(wasStopped && closeTime !== undefined && { stoppedAt: closeTime }),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
