// What became of an import's report, so that no client gets it twice.

import type { OutboxStore } from '../../../ports';
import type { OutboxDocument } from '../documents';
import type { Models } from '../models';

export function createOutboxStore({ outbox }: Pick<Models, 'outbox'>): OutboxStore {
  return {
    async state(importId, kind) {
      const document = await outbox.findById(`${importId}/${kind}`).lean<OutboxDocument>();
      return document?.state ?? 'pending';
    },
    async setState(importId, kind, state, at, why) {
      const change = why === undefined ? { $set: { state, at }, $unset: { why: 1 } } : { $set: { state, at, why } };
      await outbox.updateOne({ _id: `${importId}/${kind}` }, change, { upsert: true });
    },
    async whyFailed(importId, kind) {
      const document = await outbox.findById(`${importId}/${kind}`).lean<OutboxDocument>();
      return document?.state === 'failed' ? (document.why ?? null) : null;
    },
  };
}
