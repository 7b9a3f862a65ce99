// Whether an e-mail or an event was sent, so that nobody gets it twice.

import type { ImportId } from '../../../domain/ids';
import { eventIdOfKind, partsOfWebhookKind, type WebhookKind } from '../../../domain/webhook/event';
import type { MailKind } from '../../../domain/report/compose-mail';
import type { OutboxStore } from '../../../ports';
import type { OutboxDocument } from '../documents';
import type { Models } from '../models';

export function createOutboxStore({ outbox }: Pick<Models, 'outbox'>): OutboxStore {
  const find = (importId: ImportId, kind: MailKind | WebhookKind) => outbox.findById(`${importId}/${kind}`).lean<OutboxDocument>();
  return {
    state: async (importId, kind) => (await find(importId, kind))?.state ?? 'pending',
    async setState(importId, kind, state, at, why) {
      const change = {
        $set: { state, at, ...(why !== undefined && { why }) },
        $unset: { givenUpAt: 1, ...(why === undefined && { why: 1 }) },
      };
      await outbox.updateOne({ _id: `${importId}/${kind}` }, change, { upsert: true });
    },
    async setIfPending(importId, kind, state, at, why) {
      const _id = `${importId}/${kind}`;
      await outbox.updateOne({ _id }, { $setOnInsert: { state: 'pending', at } }, { upsert: true });
      const { matchedCount } = await outbox.updateOne(
        { _id, state: 'pending' },
        { $set: { state, at, why, ...(state === 'failed' && { givenUpAt: at }) } },
      );
      return matchedCount > 0;
    },
    async sentAt(importId, kind) {
      const document = await find(importId, kind);
      return document?.state === 'sent' ? document.at : null;
    },
    async failedAmong(importIds, kind) {
      if (importIds.length === 0) return new Set();
      const byId = new Map(importIds.map((importId) => [`${importId}/${kind}`, importId]));
      const failed = await outbox
        .find({ _id: { $in: [...byId.keys()] }, state: 'failed' }, { _id: 1 })
        .lean<Pick<OutboxDocument, '_id'>[]>();
      return new Set(failed.flatMap(({ _id }) => byId.get(_id) ?? []));
    },
    async whyFailed(importId, kind) {
      const document = await find(importId, kind);
      return document?.state === 'failed' ? (document.why ?? null) : null;
    },
    async webhooksGivenUp(since) {
      const found = await outbox
        .find({ givenUpAt: { $gte: since } }, { _id: 1 })
        .sort({ givenUpAt: -1 })
        .lean<Pick<OutboxDocument, '_id'>[]>();
      return found.map(({ _id }) => {
        const { importId, kind } = partsOfKey(_id);
        return { importId, receiver: partsOfWebhookKind(kind).receiver };
      });
    },
    async webhooksUntried(since, limit) {
      const found = await outbox
        .find({ state: 'pending', at: { $lt: since }, _id: /\/webhook-/ }, { why: 1 })
        .sort({ at: 1 })
        .limit(limit)
        .lean<Pick<OutboxDocument, '_id' | 'why'>[]>();
      return found.map(({ _id, why = null }) => ({ ...partsOfKey(_id), why }));
    },
    async webhooksNotTaken(importId) {
      const kinds = `${importId}/`;
      const found = await outbox
        .find({ _id: { $gte: `${kinds}webhook-`, $lt: `${kinds}webhook.` }, state: { $in: ['pending', 'failed'] } })
        .sort({ at: 1, _id: 1 })
        .lean<OutboxDocument[]>();
      return found.map(({ _id, state, at, why = null }) => {
        const kind = _id.slice(kinds.length) as WebhookKind;
        return { id: eventIdOfKind(importId, kind), kind, state: state === 'failed' ? state : 'pending', at, why };
      });
    },
  };
}

function partsOfKey(_id: string): { readonly importId: ImportId; readonly kind: WebhookKind } {
  const cut = _id.indexOf('/');
  return { importId: _id.slice(0, cut) as ImportId, kind: _id.slice(cut + 1) as WebhookKind };
}
