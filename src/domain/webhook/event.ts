// The events of webhooks and their ids. An id is the same however often a step or a delivery is repeated, so that a receiver recognises a
// repetition.

import { type ClientId, type ImportId, parseImportId } from '../ids';
import type { Client } from '../client';
import type { ImportRun } from '../import-run';

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

/**
 * An event as its receiver gets it (docs/webhooks.md): ids, times, numbers and codes. No values of records, no addresses, and no file name,
 * because it may contain a person's name: the hash of the bytes says which file it was. `run` = the import that the event is about;
 * undefined when a silent client has never sent a file.
 */
export function composeEvent(event: WebhookEvent, client: Client, run: ImportRun | undefined): string {
  const { type, at } = event;
  return JSON.stringify({ type, timestamp: new Date(at), data: { clientId: client.clientId, ...dataOf(event, client, run) } });
}

/** For trying a receiver: nothing has happened. */
export function composeTest(clientId: string | null, at: Date): string {
  return JSON.stringify({ type: 'webhook.test', timestamp: at, data: { clientId } });
}

function dataOf(event: WebhookEvent, client: Client, run: ImportRun | undefined): object {
  if (event.type === 'client.silent') {
    const { importId } = event;
    return {
      lastImportId: parseImportId(importId) === undefined ? null : importId,
      silentSince: run?.receivedAt ?? client.addedAt ?? null,
      expectFileEvery: client.settings.expectFileEvery,
    };
  }
  if (run === undefined) return { importId: event.importId };
  const file = { importId: run.importId, receivedAt: run.receivedAt, bytes: run.bytes, sha256: run.sha256 };
  switch (event.type) {
    case 'import.finished': {
      const { outcome, finishedAt, counts, reasonCounts, sameAs } = run;
      const reasons = Object.entries(reasonCounts).map(([code, records]) => ({ code, records }));
      return { ...file, outcome, finishedAt, sameAs, counts, reasons };
    }
    case 'file.refused': {
      const { refusal, finishedAt, sameAs } = run;
      return { ...file, finishedAt, sameAs, refusal: { code: refusal?.code ?? null, line: refusal?.line ?? null } };
    }
    case 'import.held': {
      const { archives = 0, permits = 0, activeUsers = 0, emailChanges = 0, userNameChanges = 0, until = null } = run.held ?? {};
      return { ...file, attempt: event.attempt, until, archives, permits, activeUsers, emailChanges, userNameChanges };
    }
    case 'import.failed':
      return { ...file, attempt: event.attempt, because: event.because };
  }
}
