// Steps that did not work and wait for their next try: Temporal alone knows of them until they succeed or are given up.

import { WorkflowNotFoundError, type Client as TemporalClient } from '@temporalio/client';
import type { ImportId } from '../../domain/ids';
import type { StepTrouble } from '../../ports';
import { importWorkflowIdOf, resendWorkflowIdOf, undoWorkflowIdOf } from '../../../workflows/messages';

export async function findTroubles(temporal: TemporalClient, importId: ImportId): Promise<readonly StepTrouble[]> {
  const ids = [
    importWorkflowIdOf(importId),
    undoWorkflowIdOf(importId),
    resendWorkflowIdOf(importId, 'report'),
    resendWorkflowIdOf(importId, 'undo'),
  ];
  return (await Promise.all(ids.map((id) => troublesOf(temporal, id)))).flat();
}

async function troublesOf(temporal: TemporalClient, workflowId: string): Promise<readonly StepTrouble[]> {
  const pending = await temporal.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ raw }) => raw.pendingActivities ?? [],
      (error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return [];
        throw error;
      },
    );
  return pending.flatMap(({ activityType, attempt, lastFailure, nextAttemptScheduleTime }) =>
    lastFailure == null
      ? []
      : [
          {
            step: activityType?.name ?? '',
            // The attempt that runs or is to come.
            tries: (attempt ?? 1) - 1,
            why: lastFailure.message ?? '',
            nextTryAt: nextAttemptScheduleTime?.seconds == null ? null : new Date(Number(nextAttemptScheduleTime.seconds) * 1000),
          },
        ],
  );
}
