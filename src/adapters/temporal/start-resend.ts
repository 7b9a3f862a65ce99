// Sends the e-mail of an import again, and waits a moment for the result.

import { WorkflowExecutionAlreadyStartedError, type Client as TemporalClient, type WorkflowHandle } from '@temporalio/client';
import type { ImportRun } from '../../domain/import-run';
import type { ResentKind } from '../../domain/report/message';
import { ImportsError } from '../../errors';
import { resendWorkflowIdOf, TASK_QUEUES, type ResendReportInput, type ResendReportResult } from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';
import { grpcCodeOf } from './grpc-code';

const ABOUT = { report: 'of ', undo: 'about the undo of ', hold: 'that asks for approval of ' } as const;

export async function startResend(
  temporal: TemporalClient,
  { importId, clientId }: Pick<ImportRun, 'importId' | 'clientId'>,
  kind: ResentKind,
): Promise<WorkflowHandle> {
  const input: ResendReportInput = { importId, kind };
  try {
    return await temporal.workflow.start('resendReport', {
      taskQueue: TASK_QUEUES.imports,
      workflowId: resendWorkflowIdOf(importId, kind),
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `e-mail ${ABOUT[kind]}${importId} once more`,
      typedSearchAttributes: [{ key: ImportClient, value: clientId }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new ImportsError(
      'NOT_NOW',
      `The e-mail of ${importId} is already being sent; sending is retried for a day.\nSee whether it went with: imports show ${importId}`,
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
  return grpcCodeOf(error) === DEADLINE_EXCEEDED;
}
