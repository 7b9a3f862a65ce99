// Starts the deliveries of an event, from the step in which it happens, sends it, and gives up what is no longer tried. Safe to repeat: each
// delivery starts once, and the outbox knows those that have ended. A delivery is a workflow of its own, so a receiver that does not answer
// holds nothing up.

import type { Client } from '../../src/domain/client';
import type { ImportRun } from '../../src/domain/import-run';
import {
  partsOfWebhookKind,
  webhookKindOf,
  type WebhookEvent,
  type WebhookKind,
  type WebhookReceiver,
  composeEvent,
  eventIdOf,
  type WebhookDelivery,
} from '../../src/domain/webhook/event';
import { ImportsError, notFound, unreachable } from '../../src/errors';
import { clientIdOf, type ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { once } from '../end/send-once';

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

const RECEIVERS: readonly WebhookReceiver[] = ['installation', 'client'];

async function receiversOf(ports: ActivityPorts, { clientId }: WebhookEvent): Promise<readonly WebhookReceiver[]> {
  const client = await ports.clients.find(clientId);
  return RECEIVERS.filter((receiver) => urlOf(ports, receiver, client) !== null);
}

function urlOf({ webhookUrl }: ActivityPorts, receiver: WebhookReceiver, client: Client | undefined): string | null {
  return receiver === 'client' ? (client?.settings.webhookUrl ?? null) : webhookUrl;
}

/** `off` = there is no receiver any more. */
export interface WebhookEnd {
  readonly state: 'sent' | 'failed' | 'off';
}

/** The URL and the body are read from the database at each try, so a wrong URL can be corrected while the event is tried again. */
export async function sendWebhook(ports: ActivityPorts, delivery: WebhookDelivery): Promise<WebhookEnd> {
  const { clientId, importId, receiver, type } = delivery;
  const client = await ports.clients.find(clientId);
  if (client === undefined) throw notFound(`There is no client ${clientId} in the database. Check MONGODB_URI.`);
  const url = urlOf(ports, receiver, client);
  if (url === null) return { state: 'off' };
  const id = eventIdOf(delivery);
  const state = await once(ports, importId, webhookKindOf(delivery), async () => {
    const body = composeEvent(delivery, client, await ports.imports.find(importId));
    const owner = receiver === 'client' ? clientId : null;
    const answer = await ports.webhookSender.send({ url, clientId: owner, id, at: ports.clock.now(), body });
    if (answer.kind === 'taken') {
      ports.metrics.webhookEnded({ clientId, result: 'sent' });
      return undefined;
    }
    const why = `${new URL(url).host}: ${answer.why}`;
    if (answer.kind === 'not-taken') {
      await note(ports, delivery, `${why}.`);
      throw unreachable(`${why}. Try it with: imports webhook test ${owner ?? ''}`.trim());
    }
    ports.metrics.webhookEnded({ clientId, result: 'failed' });
    return `${why}.`;
  });
  ports.log.info('event sent', { clientId, importId, type, receiver, state });
  return { state };
}

/** For `imports show`, while it is tried again. */
async function note({ outbox, clock }: ActivityPorts, delivery: WebhookDelivery, why: string): Promise<void> {
  // A worker that slept meanwhile must not hide that another one has sent the event.
  await outbox.setIfPending(delivery.importId, webhookKindOf(delivery), 'pending', clock.now(), why);
}

/** The receiver did not take it within its time: `imports show` says so, and why. `why` = what the last try said. */
export async function markWebhookFailed(
  ports: ActivityPorts,
  { why, ...delivery }: WebhookDelivery & { readonly why: string },
): Promise<WebhookEnd> {
  const { importId } = delivery;
  const kind = webhookKindOf(delivery);
  if (await giveUp(ports, { importId, kind, why })) return { state: 'failed' };
  // The last try was taken after all, and was too late to say so; or this is a repetition.
  return { state: (await ports.outbox.state(importId, kind)) === 'sent' ? 'sent' : 'failed' };
}

interface GivenUp {
  readonly importId: ImportId;
  readonly kind: WebhookKind;
  readonly why: string;
}

/** Whether it was not known yet how it ended. */
async function giveUp({ outbox, clock, metrics, log }: ActivityPorts, { importId, kind, why }: GivenUp): Promise<boolean> {
  if (!(await outbox.setIfPending(importId, kind, 'failed', clock.now(), why))) return false;
  const clientId = clientIdOf(importId);
  metrics.webhookEnded({ clientId, result: 'failed' });
  log.warn('an event could not be sent', { clientId, importId, kind });
  return true;
}

/** Twice the longest pause between two tries (`webhook` in workflows/activity-options.ts). */
const NO_LONGER_TRIED_MS = 3_600_000;
/** Looked at in one pass: more are the next one's. */
const MOST = 1_000;
const ENDED = 'It is not tried any more: its workflow was ended in Temporal.';
const URL_REMOVED = 'It is not tried any more: its URL was removed.';

/**
 * Events that no workflow delivers any more: somebody ended it, or the URL was removed, and of that nobody needs to be warned. Returns how many
 * there were.
 */
export async function endDeliveries(ports: ActivityPorts): Promise<number> {
  const { outbox, inboxes, clock } = ports;
  let ended = 0;
  for (const { importId, kind, why } of await outbox.webhooksUntried(new Date(clock.now().getTime() - NO_LONGER_TRIED_MS), MOST)) {
    beat();
    if (await inboxes.isDelivering(importId, kind)) continue;
    const client = await ports.clients.find(clientIdOf(importId));
    if (urlOf(ports, partsOfWebhookKind(kind).receiver, client) === null) {
      await outbox.setState(importId, kind, 'failed', clock.now(), URL_REMOVED);
      ended++;
    } else if (await giveUp(ports, { importId, kind, why: why === null ? ENDED : `${why} ${ENDED}` })) ended++;
  }
  return ended;
}
