// Sends the e-mail of an import again, and waits a moment for what comes of it.

import { WorkflowExecutionAlreadyStartedError, type Client as TemporalClient, type WorkflowHandle } from '@temporalio/client';
import type { ImportRun } from '../../domain/import-run';
import { ImportsError } from '../../errors';
import { resendWorkflowIdOf, TASK_QUEUES, type ResendReportInput, type ResendReportResult } from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';

export async function startResend(
  temporal: TemporalClient,
  { importId, clientId }: Pick<ImportRun, 'importId' | 'clientId'>,
  kind: 'report' | 'undo',
): Promise<WorkflowHandle> {
  const input: ResendReportInput = { importId, kind };
  try {
    return await temporal.workflow.start('resendReport', {
      taskQueue: TASK_QUEUES.imports,
      workflowId: resendWorkflowIdOf(importId, kind),
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `e-mail ${kind === 'undo' ? 'about the undo ' : ''}of ${importId} once more`,
      typedSearchAttributes: [{ key: ImportClient, value: clientId }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new ImportsError(
      'NOT_NOW',
      `The e-mail of ${importId} is being sent already; that is tried for a day.\nSee what came of it with: imports show ${importId}`,
      { cause: error },
    );
  }
}

/** `under-way` when the deadline of the call came first. */
export async function resendResult(handle: WorkflowHandle): Promise<ResendReportResult['report'] | 'under-way'> {
  try {
    return ((await handle.result()) as ResendReportResult).report;
  } catch (error) {
    if (isDeadline(error)) return 'under-way';
    throw error;
  }
}

function isDeadline(error: unknown): boolean {
  const DEADLINE_EXCEEDED = 4;
  return (
    (error as { readonly code?: number }).code === DEADLINE_EXCEEDED ||
    (error as { readonly cause?: { readonly code?: number } }).cause?.code === DEADLINE_EXCEEDED
  );
}
