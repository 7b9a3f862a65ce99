// What Temporal alone knows: whether a workflow runs; of its steps that have not ended, why a try failed and when the next one comes; and how
// far a chunk has come.

import { WorkflowNotFoundError, type Client as TemporalClient } from '@temporalio/client';
import type { ChunkAtWork } from '../../domain/file/inspection';
import type { ImportId } from '../../domain/ids';
import type { StepTrouble } from '../../domain/import-state';
import { importWorkflowIdOf, resendWorkflowIdOf, undoWorkflowIdOf, webhookWorkflowIdOf } from '../../../workflows/messages';
import type { Writer } from '../../domain/turn';
import type { WebhookKind } from '../../domain/webhook/event';

export async function findTroubles(temporal: TemporalClient, importId: ImportId): Promise<readonly StepTrouble[]> {
  return (await Promise.all(workflowIdsOf(importId).map((id) => troublesOf(temporal, id)))).flat();
}

/** Also one that is tried for the first time. */
export async function isStepPending(temporal: TemporalClient, importId: ImportId, step: string): Promise<boolean> {
  const pending = await Promise.all(workflowIdsOf(importId).map((id) => pendingSteps(temporal, id)));
  return pending.flat().some(({ activityType }) => activityType?.name === step);
}

function workflowIdsOf(importId: ImportId): readonly string[] {
  return [
    importWorkflowIdOf(importId),
    undoWorkflowIdOf(importId),
    resendWorkflowIdOf(importId, 'report'),
    resendWorkflowIdOf(importId, 'undo'),
    resendWorkflowIdOf(importId, 'hold'),
  ];
}

async function troublesOf(temporal: TemporalClient, workflowId: string): Promise<readonly StepTrouble[]> {
  const pending = await pendingSteps(temporal, workflowId);
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

/** By the last heartbeats of the chunks that are being applied. */
export async function recordsAtWork(temporal: TemporalClient, importId: ImportId): Promise<readonly ChunkAtWork[]> {
  const { payloadConverter, payloadCodecs } = temporal.options.loadedDataConverter;
  const pending = await pendingSteps(temporal, importWorkflowIdOf(importId));
  const told = await Promise.all(
    pending.map(async ({ activityType, heartbeatDetails }) => {
      if (activityType?.name !== 'applyChunk') return [];
      let payloads = heartbeatDetails?.payloads ?? [];
      for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
      return payloads.map((payload) => payloadConverter.fromPayload<ChunkAtWork>(payload));
    }),
  );
  return told.flat();
}

/** None of a workflow that is not known. */
async function pendingSteps(temporal: TemporalClient, workflowId: string) {
  return (await lookAt(temporal, workflowId))?.raw.pendingActivities ?? [];
}

/** Without a run id it is the newest run that answers. */
async function lookAt(temporal: TemporalClient, workflowId: string) {
  try {
    return await temporal.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Is the workflow of an import or of its undo running, and with which turn? */
export async function lookAtWriter(temporal: TemporalClient, importId: ImportId, kind: 'import' | 'undo'): Promise<Writer | undefined> {
  const seen = await lookAt(temporal, kind === 'import' ? importWorkflowIdOf(importId) : undoWorkflowIdOf(importId));
  if (seen === undefined) return undefined;
  const { status, memo, closeTime } = seen;
  const turn = memo?.['turn'];
  const wasStopped = status.name === 'TERMINATED' || status.name === 'TIMED_OUT';
  return {
    isRunning: status.name === 'RUNNING',
    // One that somebody started by hand has none: it may write nothing.
    turn: typeof turn === 'number' ? turn : 0,
    ...(wasStopped && closeTime !== undefined && { stoppedAt: closeTime }),
  };
}

/** The e-mail about an import that is undone half-way is sent by its undo. */
export async function isSending(temporal: TemporalClient, importId: ImportId, mail: 'report' | 'undo'): Promise<boolean> {
  const ids = [
    undoWorkflowIdOf(importId),
    resendWorkflowIdOf(importId, mail),
    ...(mail === 'report' ? [importWorkflowIdOf(importId)] : []),
  ];
  const seen = await Promise.all(ids.map((id) => lookAt(temporal, id)));
  return seen.some((one) => one?.status.name === 'RUNNING');
}

export async function isDelivering(temporal: TemporalClient, importId: ImportId, kind: WebhookKind): Promise<boolean> {
  const status = (await lookAt(temporal, webhookWorkflowIdOf(importId, kind)))?.status.name;
  return status === 'RUNNING' || status === 'PAUSED';
}
