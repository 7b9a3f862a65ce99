// `imports webhook test` sends a test event at once, from this machine, and shows the receiver's answer; `imports webhook secret` shows the
// secret with which a client's receiver verifies events.

import type { Command } from 'commander';
import type { ClientId } from '../../domain/ids';
import { composeTest } from '../../domain/webhook/event';
import { misconfigured, notNow } from '../../errors';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import { escapeText } from '../text/escape-text';

interface Receiver {
  readonly clientId: ClientId | null;
  readonly url: string | null;
  /** How its URL is set. */
  readonly setBy: string;
}

export function addWebhookTestCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'test [client]',
    summary: 'send a test event now, and say what the receiver answers',
    details: 'To the webhookUrl of the client, or to IMPORTS_WEBHOOK_URL. The event has the type webhook.test.',
    examples: ['imports webhook test', 'imports webhook test acme'],
  }).action(async (id: string | undefined) => {
    const { clientId, url, setBy } = await receiverOf(id);
    if (url === null) {
      const what = clientId === null ? 'The installation has no receiver of webhooks' : `Client ${clientId} has no webhookUrl`;
      throw notNow(`${what}. Set it with: ${setBy}`);
    }
    const { sender } = await deps.webhooks();
    const problem = sender.problemOf(url);
    if (problem !== undefined) throw misconfigured(`The test event was not sent: ${problem}.\nSee docs/webhooks.md`);
    const at = deps.now();
    const eventId = `test_${at.getTime()}`;
    const answer = await sender.send({ url, clientId, id: eventId, at, body: composeTest(clientId, at) });
    const said = escapeText(answer.said.replace(/\s+/g, ' ').trim().slice(0, 200));
    if (answer.kind !== 'taken') {
      const quoted = said === '' ? '' : `\nIt said: ${said}`;
      throw notNow(`The test event was not taken. ${new URL(url).host}: ${answer.why}${quoted}\nIf the URL is wrong, correct it: ${setBy}`);
    }
    await print.show({ eventId, clientId, url, status: answer.status, answer: said }, () =>
      print.facts([
        ['Event', eventId],
        ['Receiver', url],
        ['Answer', `${answer.status}, taken`],
        ['It said', said === '' ? undefined : said],
      ]),
    );
  });

  async function receiverOf(id: string | undefined): Promise<Receiver> {
    if (id === undefined) return { clientId: null, url: (await deps.webhooks()).url, setBy: 'IMPORTS_WEBHOOK_URL=https://…' };
    const { clientId, settings } = await requireClient(await deps.open(), id);
    return { clientId, url: settings.webhookUrl, setBy: `imports client set ${clientId} webhookUrl=https://…` };
  }
}

export function addWebhookSecretCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'secret <client>',
    summary: 'the secret with which the receiver of a client verifies its events',
    details:
      'Derived from IMPORTS_WEBHOOK_SECRET, and different for each client. Hand it over as you would a password. The receiver of IMPORTS_WEBHOOK_URL verifies with IMPORTS_WEBHOOK_SECRET itself.',
    examples: ['imports webhook secret acme'],
  }).action(async (id: string) => {
    const { clientId } = await requireClient(await deps.open(), id);
    const secret = (await deps.webhooks()).sender.secretOf(clientId);
    await print.show({ clientId, secret }, () => secret);
  });
}
