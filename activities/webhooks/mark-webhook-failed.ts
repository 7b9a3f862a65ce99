// The receiver did not take an event within its time: `imports show` says so, and why.

import { webhookKindOf, type WebhookDelivery } from '../../src/domain/webhook/event';
import type { ActivityPorts } from '../activity-ports';
import type { WebhookEnd } from './send-webhook';

/** `why` = what the last try said. */
export const markWebhookFailed =
  (ports: ActivityPorts) =>
  async ({ why, ...delivery }: WebhookDelivery & { readonly why: string }): Promise<WebhookEnd> => {
    const { clientId, importId, type, receiver } = delivery;
    const kind = webhookKindOf(delivery);
    if (!(await ports.outbox.setIfPending(importId, kind, 'failed', ports.clock.now(), why))) {
      // The last try was taken after all, and was too late to say so; or this is a repetition.
      return { state: (await ports.outbox.state(importId, kind)) === 'sent' ? 'sent' : 'failed' };
    }
    ports.metrics.webhookEnded({ clientId, result: 'failed' });
    ports.log.warn('an event could not be sent', { clientId, importId, type, receiver });
    return { state: 'failed' };
  };
