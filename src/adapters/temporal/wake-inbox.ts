// Wakes a client's inbox, and starts it when it is not there. A wake carries nothing that matters: requests and turns are written to the
// database before it, and the standing pass makes up for one that is lost.

import type { Client as TemporalClient } from '@temporalio/client';
import type { ClientId } from '../../domain/ids';
import { inboxWorkflowIdOf, TASK_QUEUES, WAKE, type ClientInboxInput } from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';

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
