// `imports client list` and `client show`: clients, what each has been up to, and its settings.

import type { Command } from 'commander';
import type { Client } from '../../domain/client';
import { grouped } from '../../domain/report/wording';
import { inBunches } from '../../door/one-at-a-time';
import { defineCommand, type Session } from '../define-command';
import type { Printer } from '../text/print';
import { clientStatus, type ClientStatus, statusFacts } from './client-status';
import { clientText } from './client-text';
import { scheduleText } from './setting-readers';
import { requireClient } from './require-client';

type ListedClient = Client & ClientStatus;

export function addClientListCommands(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'list',
    summary: 'all clients, and what each has been up to',
    examples: ['imports client list', 'imports client list --json'],
  }).action(async () => {
    const services = await deps.open();
    const found = [...(await services.clients.list())].sort((a, b) => a.clientId.localeCompare(b.clientId));
    const clients = await inBunches(found, async (client) => ({ ...client, ...(await clientStatus(services, client)) }));
    await print.show(clients, () =>
      clients.length === 0
        ? 'There are no clients yet. Add one with:\nimports client add ID --failed-import-email ADDRESS --reply-to-admin-email ADDRESS'
        : tableOf(clients, print),
    );
  });

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

function tableOf(clients: readonly ListedClient[], print: Printer): string {
  const time = (at: Date | null) => (at === null ? 'never' : print.shortTime(at));
  return print.table(clients, [
    { head: 'CLIENT', cell: ({ clientId }) => clientId },
    { head: 'ENABLED', cell: ({ enabled, paused }) => (enabled ? (paused === undefined ? 'yes' : 'paused') : 'no') },
    { head: 'WAITING', align: 'right', cell: ({ filesWaiting }) => (filesWaiting === null ? '-' : grouped(filesWaiting)) },
    { head: 'LAST UPLOAD', cell: ({ filesWaiting: n, lastUploadAt: at }) => (n === null && at === null ? '-' : time(at)) },
    { head: 'LAST IMPORT', narrow: 'cut', cell: ({ lastImport: last }) => (last === null ? 'none' : `${last.importId} ${last.result}`) },
    { head: 'LAST LOG-IN', dropOrder: 1, cell: ({ lastLoginAt }) => time(lastLoginAt) },
    { head: 'SCHEDULE', dropOrder: 2, cell: ({ settings }) => scheduleText(settings.schedule) },
    { head: 'FAILED RECORDS TO', dropOrder: 3, cell: ({ settings }) => settings.failedImportEmail },
    { head: 'ARCHIVES', dropOrder: 4, cell: ({ settings }) => (settings.archiveOnInactive ? 'yes' : 'no') },
    { head: 'PROFILE', dropOrder: 5, cell: ({ settings }) => settings.profile },
  ]);
}
