// What steps need beside the world that a test is about: the real clock, settings as a fresh installation has them, and nobody who watches.

import type { ActivityPorts } from '../../activities/activity-ports';
import { createWebhookSender } from '../../src/adapters/webhooks/webhook-sender';

export const quietPorts = {
  clock: { now: () => new Date() },
  log: { info: () => {}, warn: () => {}, error: () => {} },
  metrics: { importEnded: () => {}, stepEnded: () => {}, silenceAlarmSent: () => {}, webhookEnded: () => {} },
  webhooks: { startDelivery: async () => {} },
  webhookSender: createWebhookSender({ secrets: [], allowsPrivate: false }),
  webhookUrl: null,
  quietMs: 0,
  mailFrom: null,
  keepDays: 90,
  keepBackupDays: null,
} satisfies Partial<ActivityPorts>;
