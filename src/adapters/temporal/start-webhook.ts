// Starts the delivery of an event, unless it was started before.

import { WorkflowExecutionAlreadyStartedError, type Client as TemporalClient } from '@temporalio/client';
import type { WebhookDelivery } from '../../domain/webhook/event';
import { ImportsError } from '../../errors';
import { TASK_QUEUES, webhookWorkflowIdOf } from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';
import { grpcCodeOf } from './grpc-code';

/** gRPC: invalid argument, permission denied, unimplemented, unauthenticated. Trying again changes nothing. */
const REFUSED = [3, 7, 12, 16];

export async function startWebhook(temporal: TemporalClient, delivery: WebhookDelivery): Promise<void> {
  const { clientId, importId, type, receiver } = delivery;
  try {
    await temporal.workflow.start('deliverWebhook', {
      taskQueue: TASK_QUEUES.imports,
      workflowId: webhookWorkflowIdOf(delivery),
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
      throw new ImportsError(
        'CONFIG',
        `Temporal refused to start the delivery of an event (gRPC status ${code}). Check TEMPORAL_NAMESPACE and what TEMPORAL_API_KEY allows.`,
        { cause: error },
      );
    throw error;
  }
}
