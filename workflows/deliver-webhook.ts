// What Temporal runs for one event and one receiver. The workflow id contains the id of the event, so a repeated step starts nothing twice. An
// event that is not taken for a day is given up, and `imports show` says so.

import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { WebhookEnd } from '../activities/webhooks/events';
import type { WebhookDelivery } from '../src/domain/webhook/event';
import { ACTIVITY_OPTIONS } from './activity-options';
import { whyItFailed } from './to-its-end';

const { sendWebhook } = proxyActivities<Activities>(ACTIVITY_OPTIONS.webhook);
const { markWebhookFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

export async function deliverWebhook(delivery: WebhookDelivery): Promise<WebhookEnd> {
  try {
    return await sendWebhook.executeWithOptions({ summary: `tell the ${delivery.receiver} of ${delivery.type}` }, [delivery]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await markWebhookFailed.executeWithOptions({ summary: 'the event could not be sent' }, [
      { ...delivery, why: whyItFailed(error) },
    ]);
  }
}
