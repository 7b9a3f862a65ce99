// Starts the deliveries of an event, from the step in which it happens. Safe to repeat: each delivery starts once, and the outbox knows those
// that have ended. A delivery is a workflow of its own, so a receiver that does not answer holds nothing up.

import type { ImportRun } from '../../src/domain/import-run';
import { webhookKindOf, type WebhookEvent, type WebhookReceiver } from '../../src/domain/webhook/event';
import { ImportsError } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';

/** Throws when Temporal is not well. An event that Temporal refuses for good is given up: no import may fail for it. */
export async function announce(ports: ActivityPorts, event: WebhookEvent): Promise<void> {
  for (const receiver of await receiversOf(ports, event)) {
    const { clientId, importId, type } = event;
    const kind = webhookKindOf({ ...event, receiver });
    if ((await ports.outbox.state(importId, kind)) !== 'pending') continue;
    try {
      await ports.webhooks.startDelivery({ ...event, receiver });
    } catch (error) {
      if (!(error instanceof ImportsError && error.code === 'CONFIG')) throw error;
      ports.log.error('an event could not be handed to Temporal', { clientId, importId, type, receiver, error });
      const why = 'It could not be handed to Temporal; see the log of the worker.';
      if (await ports.outbox.setIfPending(importId, kind, 'failed', ports.clock.now(), why))
        ports.metrics.webhookEnded({ clientId, result: 'failed' });
    }
  }
}

/** That it has ended, for an import whose outcome and counts are settled. */
export async function announceEnd(
  ports: ActivityPorts,
  { clientId, importId, outcome, finishedAt }: Pick<ImportRun, 'clientId' | 'importId' | 'outcome' | 'finishedAt'>,
): Promise<void> {
  if (outcome === null || finishedAt === null) return;
  const type = outcome === 'refused' ? 'file.refused' : 'import.finished';
  await announce(ports, { type, clientId, importId, at: finishedAt.getTime() });
}

async function receiversOf({ clients, webhookUrl }: ActivityPorts, { clientId }: WebhookEvent): Promise<readonly WebhookReceiver[]> {
  const own = (await clients.find(clientId))?.settings.webhookUrl ?? null;
  return [...(webhookUrl === null ? [] : (['installation'] as const)), ...(own === null ? [] : (['client'] as const))];
}
