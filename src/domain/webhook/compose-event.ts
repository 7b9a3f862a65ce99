// An event as its receiver gets it (docs/webhooks.md): ids, times, numbers and codes. No values of records, no addresses, and no file name,
// because it may contain a person's name: the hash of the bytes says which file it was.

import type { Client } from '../client';
import { parseImportId } from '../ids';
import type { ImportRun } from '../import-run';
import type { WebhookEvent } from './event';

/** `run` = the import that the event is about; undefined when a silent client has never sent a file. */
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
