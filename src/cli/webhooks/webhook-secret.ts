// `imports webhook secret`: the secret with which a client's receiver verifies events.

import type { Command } from 'commander';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';

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
