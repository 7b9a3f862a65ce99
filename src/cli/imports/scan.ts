// `imports scan`: look for a client's files now instead of at the next tick of its schedule.

import type { Command } from 'commander';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { requireClient } from '../clients/require-client';
import { lookForFiles } from './wake-inbox';

export function addScanCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'scan <client>',
    summary: 'look for files of a client now',
    details:
      'The same as a tick of its schedule: files are imported, oldest first, one after the other, as soon as nothing writes to them.',
    examples: ['imports scan acme'],
  }).action(async (text: string) => {
    const services = await deps.open();
    const { clientId, enabled, paused } = await requireClient(services, text);
    if (!enabled)
      throw notNow(`Client ${clientId} is disabled: its files are left alone. Enable it with: imports client enable ${clientId}`);
    if (paused !== undefined)
      throw notNow(
        `Client ${clientId} is paused by ${paused.by} (${paused.reason}): its files are left alone. Resume it with: imports client resume ${clientId} --reason "…"`,
      );
    await record(deps, services, { action: 'scan', clientId, subject: clientId });
    await lookForFiles(services, clientId, `The look for files of ${clientId} is written down`);
    await print.show(
      { clientId, scan: 'started' },
      () => `Looking for files of ${clientId}.\nSee what comes of it with: imports list --client ${clientId}`,
    );
  });
}
