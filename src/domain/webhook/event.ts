// The events of webhooks and their ids. An id is the same however often a step or a delivery is repeated, so that a receiver recognises a
// repetition.

import type { ClientId, ImportId } from '../ids';

export type WebhookEventType = 'import.finished' | 'import.held' | 'import.failed' | 'file.refused' | 'client.silent';

/** It goes into Temporal's history, so it holds only ids, numbers and fixed words. */
export interface WebhookEvent {
  readonly type: WebhookEventType;
  readonly clientId: ClientId;
  /** Of `client.silent`: the import after which no other came; number 0 when there never was one. */
  readonly importId: ImportId;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  /** Of events that may happen again after a retry. */
  readonly attempt?: number;
  /** Of `import.failed`: whether we failed, or somebody cancelled it. */
  readonly because?: 'failed' | 'cancelled';
}

/** The receiver of the installation gets the events of all clients. */
export type WebhookReceiver = 'installation' | 'client';

export interface WebhookDelivery extends WebhookEvent {
  readonly receiver: WebhookReceiver;
}

/** Its name in the outbox. */
export type WebhookKind = `webhook-${string}-${WebhookReceiver}`;

/** `acme-42_finished`, `acme-42_failed_2`. No full stops: they separate the parts that Standard Webhooks signs. */
export function eventIdOf({ importId, ...event }: Pick<WebhookEvent, 'importId' | 'type' | 'attempt'>): string {
  return `${importId}_${nameOf(event)}`;
}

export function webhookKindOf({ receiver, ...event }: Pick<WebhookDelivery, 'type' | 'attempt' | 'receiver'>): WebhookKind {
  return `webhook-${nameOf(event)}-${receiver}`;
}

export function eventIdOfKind(importId: ImportId, kind: WebhookKind): string {
  return `${importId}_${/^webhook-(\w+)-/.exec(kind)?.[1] ?? ''}`;
}

/** The event's name and its receiver. */
export function partsOfWebhookKind(kind: string): { readonly event: string; readonly receiver: WebhookReceiver } {
  const [, event = '', receiver] = /^webhook-([a-z]+)\w*-(\w+)$/.exec(kind) ?? [];
  return { event, receiver: receiver === 'client' ? receiver : 'installation' };
}

function nameOf({ type, attempt }: Pick<WebhookEvent, 'type' | 'attempt'>): string {
  const name = type.slice(type.indexOf('.') + 1);
  return attempt === undefined ? name : `${name}_${attempt}`;
}
