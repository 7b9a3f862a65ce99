// What is asked of workflows: inboxes are woken, held imports decided, e-mails sent again, deliveries started.

import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client as TemporalClient,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
} from '@temporalio/client';
import type { ImportId, ClientId } from '../../domain/ids';
import type { HoldDecision, ImportRun } from '../../domain/import-run';
import { misconfigured, notNow, unreachable } from '../../errors';
import {
  DECIDE,
  importWorkflowIdOf,
  inboxWorkflowIdOf,
  TASK_QUEUES,
  WAKE,
  type ClientInboxInput,
  resendWorkflowIdOf,
  type ResendReportInput,
  type ResendReportResult,
  webhookWorkflowIdOf,
} from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';
import { RESENT_MAILS, type ResentKind } from '../../domain/report/compose-mail';
import { webhookKindOf, type WebhookDelivery } from '../../domain/webhook/event';

/** gRPC: invalid argument, permission denied, unimplemented, unauthenticated. Trying again changes nothing. */
const REFUSED = [3, 7, 12, 16];

/**
 * Brings a decision to a held import; throws unless it was taken. Sent twice it is one: a call that broke may be repeated. `isUp` = whether
 * Temporal answers, for which it needs no worker.
 */
export async function decideImport(
  temporal: TemporalClient,
  importId: ImportId,
  decision: HoldDecision,
  isUp: () => Promise<boolean>,
): Promise<void> {
  try {
    await temporal.workflow
      .getHandle(importWorkflowIdOf(importId))
      .executeUpdate<void, [HoldDecision]>(DECIDE, { args: [decision], updateId: `${DECIDE}-${decision.verdict}` });
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw notNow(`${error.cause?.message ?? 'The decision was refused.'}\nSee it with: imports show ${importId}`, { cause: error });
    }
    if (error instanceof WorkflowNotFoundError) {
      throw notNow(
        `The workflow of import ${importId} does not run: it was ended by somebody.\nLet it wait for approval again with: imports retry ${importId} --reason "…"`,
        { cause: error },
      );
    }
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    throw unreachable(
      (await isUp())
        ? `No worker took up the decision on import ${importId}. See whether one is running: imports doctor`
        : `Temporal does not answer, so it is not known whether the decision on import ${importId} was taken. Check TEMPORAL_ADDRESS, or start everything with: imports up\nOnce it answers, see what happened; the same decision may be given again:\nimports show ${importId}`,
      { cause: error },
    );
  }
}

/** The gRPC status with which a call to Temporal failed: the client wraps some errors and passes others on. */
export function grpcCodeOf(error: unknown): number | undefined {
  const { code, cause } = error as { readonly code?: number; readonly cause?: { readonly code?: number } };
  return cause?.code ?? code;
}

/** Wakes a client's inbox, and starts it when it is not there. A wake carries nothing, and one that is lost is made up for. */
export async function wakeInbox(temporal: TemporalClient, clientId: ClientId): Promise<void> {
  const input: ClientInboxInput = { clientId };
  await temporal.workflow.signalWithStart('clientInbox', {
    taskQueue: TASK_QUEUES.imports,
    workflowId: inboxWorkflowIdOf(clientId),
    args: [input],
    signal: WAKE,
    staticSummary: `inbox of ${clientId}`,
    priority: { fairnessKey: clientId },
    typedSearchAttributes: [{ key: ImportClient, value: clientId }],
  });
}

/** Sends the e-mail of an import again. */
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
      staticSummary: `${RESENT_MAILS[kind].called} ${importId} once more`,
      typedSearchAttributes: [{ key: ImportClient, value: clientId }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw notNow(
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

/** Starts the delivery of an event, unless it was started before. */
export async function startWebhook(temporal: TemporalClient, delivery: WebhookDelivery): Promise<void> {
  const { clientId, importId, type, receiver } = delivery;
  try {
    await temporal.workflow.start('deliverWebhook', {
      taskQueue: TASK_QUEUES.imports,
      workflowId: webhookWorkflowIdOf(importId, webhookKindOf(delivery)),
      args: [delivery],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${type} of ${importId} to the webhook of the ${receiver}`,
      priority: { fairnessKey: clientId },
      typedSearchAttributes: [{ key: ImportClient, value: clientId }],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    const code = grpcCodeOf(error);
    if (code !== undefined && REFUSED.includes(code))
      throw misconfigured(
        `Temporal refused to start the delivery of an event (gRPC status ${code}). Check TEMPORAL_NAMESPACE and what TEMPORAL_API_KEY allows.`,
        { cause: error },
      );
    throw error;
  }
}
