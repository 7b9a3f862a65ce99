// `imports client list`.

import type { Command } from 'commander';
import { settingText } from './client-text';
import { defineCommand, type Session } from '../define-command';

export function addClientListCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, { usage: 'list', summary: 'all clients', examples: ['imports client list'] }).action(async () => {
    const services = await deps.open();
    const clients = [...(await services.clients.list())].sort((a, b) => a.clientId.localeCompare(b.clientId));
    await print.show(clients, () => {
      if (clients.length === 0) {
        return 'There is no client yet. Add one with:\nimports client add ID --failed-import-email ADDRESS --reply-to-admin-email ADDRESS';
      }
      return print.table(
        [
          { head: 'CLIENT' },
          { head: 'PROFILE', dropOrder: 1 },
          { head: 'ENABLED' },
          { head: 'SCHEDULE' },
          { head: 'ARCHIVES', dropOrder: 2 },
          { head: 'FAILED RECORDS TO', narrow: 'cut' },
        ],
        clients.map(({ clientId, enabled, paused, settings }) => [
          clientId,
          settings.profile,
          enabled ? (paused === undefined ? 'yes' : 'paused') : 'no',
          settingText(settings, 'schedule'),
          settings.archiveOnInactive ? 'yes' : 'no',
          settings.failedImportEmail,
        ]),
      );
    });
  });
}
