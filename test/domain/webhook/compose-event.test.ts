// Every event word for word, as docs/webhooks.md shows it, and the schema there: what a receiver may rely on.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NO_COUNTS, type ImportRun } from '../../../src/domain/import-run';
import { importIdOf } from '../../../src/domain/ids';
import {
  composeEvent,
  composeTest,
  eventIdOf,
  webhookKindOf,
  type WebhookEvent,
  type WebhookEventType,
} from '../../../src/domain/webhook/event';
import { aClient, aRun } from '../../cli/fake-deps';

const acme = aClient('acme', { settings: { ...aClient('acme').settings, expectFileEvery: '26h' } });
const { clientId } = acme;
const importId = importIdOf(clientId, 42);
const at = Date.parse('2026-11-20T18:00:09.000Z');
const run = (change: Partial<ImportRun> = {}): ImportRun => ({
  ...aRun('acme-42'),
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  fileName: 'Ann Lee.csv',
  ...change,
});

const EVENTS: Readonly<Record<WebhookEventType, { readonly event: Partial<WebhookEvent>; readonly run: ImportRun }>> = {
  'import.finished': {
    event: {},
    run: run({
      outcome: 'imported-with-failures',
      counts: { ...NO_COUNTS, records: 10, created: 5, updated: 2, unchanged: 1, archived: 1, rejected: 2, permitsReleased: 2 },
      reasonCounts: { '9019': 1, '9033': 2 },
      sameAs: importIdOf(clientId, 41),
    }),
  },
  'file.refused': {
    event: {},
    run: run({ outcome: 'refused', refusal: { code: 'HEADER_UNKNOWN', message: 'The column "Ann Lee" is not known.', line: 1 } }),
  },
  'import.held': {
    event: { attempt: 1 },
    run: run({
      state: 'held',
      outcome: null,
      finishedAt: null,
      held: {
        archives: 120,
        permits: 3,
        activeUsers: 480,
        emailChanges: 2,
        userNameChanges: 0,
        since: new Date(at),
        until: new Date('2026-11-23T18:00:09.000Z'),
        decided: null,
      },
    }),
  },
  'import.failed': {
    event: { attempt: 2, because: 'failed' },
    run: run({ state: 'failed', outcome: null, finishedAt: null, failure: 'MongoNetworkError; the step is tried again.' }),
  },
  'client.silent': { event: {}, run: run() },
};
const eventOf = (type: WebhookEventType): WebhookEvent => ({ type, clientId, importId, at, ...EVENTS[type].event });
const bodyOf = (type: WebhookEventType) => composeEvent(eventOf(type), acme, EVENTS[type].run);

const page = readFileSync(path.join(__dirname, '../../../docs/webhooks.md'), 'utf8');
const shown = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as { readonly type?: string });
const types = Object.keys(EVENTS) as WebhookEventType[];

test.each(types)('%s is what the page shows', (type) => {
  expect(JSON.parse(bodyOf(type))).toEqual(shown.find((one) => one.type === type));
});

test('so is the test event', () => {
  expect(JSON.parse(composeTest('acme', new Date(at)))).toEqual(shown.find(({ type }) => type === 'webhook.test'));
});

test('none of them holds a name, an address or a sentence', () => {
  for (const type of types) expect(bodyOf(type)).not.toMatch(/Ann|\.csv|@|Mongo|is not known/);
});

test('a client that never sent anything is silent since it was added', () => {
  const addedAt = new Date('2026-11-01T00:00:00.000Z');
  const body = composeEvent({ type: 'client.silent', clientId, importId: importIdOf(clientId, 0), at }, { ...acme, addedAt }, undefined);
  expect(JSON.parse(body)).toMatchObject({ data: { lastImportId: null, silentSince: addedAt.toISOString() } });
});

test('ids are those of the event, without a full stop, and apart for each event, attempt and receiver', () => {
  const ids = [...types.map((type) => eventIdOf(eventOf(type))), eventIdOf({ ...eventOf('import.failed'), attempt: 3 })];
  expect(ids).toEqual(['acme-42_finished', 'acme-42_refused', 'acme-42_held_1', 'acme-42_failed_2', 'acme-42_silent', 'acme-42_failed_3']);
  expect(webhookKindOf({ ...eventOf('import.failed'), receiver: 'client' })).toBe('webhook-failed_2-client');
});
