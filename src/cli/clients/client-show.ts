// `imports client show`.

import type { Command } from 'commander';
import { clientStatus, statusFacts } from './client-status';
import { clientText } from './client-text';
import { defineCommand, type Session } from '../define-command';
import { requireClient } from './require-client';

export function addClientShowCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'show <id>',
    summary: 'a client, what it has been up to, and its settings',
    examples: ['imports client show acme'],
  }).action(async (id: string) => {
    const services = await deps.open();
    const client = await requireClient(services, id);
    const status = await clientStatus(services, client);
    await print.show({ ...client, ...status }, () => clientText(client, print, statusFacts(status, print)));
  });
}
