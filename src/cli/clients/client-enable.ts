// `imports client enable` and `disable`. Either may be repeated: it brings folder and schedules in line again. Files that came before the
// client was enabled are looked for at once, as after an upload.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';
import { lookForFiles } from '../imports/wake-inbox';
import { record } from '../record';
import { putIntoEffect } from './put-into-effect';
import { requireClient, requireDataDirectory } from './require-client';

const SWITCHES = [
  {
    verb: 'disable',
    enabled: false,
    summary: 'refuse the logins of a client and leave its files alone',
    done: 'Its files are left alone and its accounts cannot log in. An import that has begun continues to its end.',
  },
  {
    verb: 'enable',
    enabled: true,
    summary: 'undo disable; also recreates folder and schedule',
    done: 'Its accounts can log in and its schedule is in force.',
  },
] as const;

export function addClientEnableCommands(parent: Command, { deps, print }: Session): void {
  for (const { verb, enabled, summary, done } of SWITCHES) {
    defineCommand(parent, { usage: `${verb} <id>`, summary, examples: [`imports client ${verb} acme`] }).action(async (id: string) => {
      const services = await deps.open();
      const found = await requireClient(services, id);
      if (enabled) await requireDataDirectory(services, found.clientId);
      const client = { ...found, enabled };
      await record(deps, services, {
        action: `client ${verb}`,
        clientId: client.clientId,
        subject: client.clientId,
        was: { enabled: found.enabled },
        is: { enabled },
      });
      await services.clients.setEnabled(client.clientId, enabled);
      await putIntoEffect(services, client);
      const looks = enabled && client.settings.startOnUpload && client.paused === undefined;
      if (looks) await lookForFiles(services, client.clientId, `Client ${client.clientId} is enabled`);
      const looking = looks ? ' Files that wait are looked for now.' : '';
      await print.show(client, () =>
        print.prose(`Client ${client.clientId} ${found.enabled === enabled ? `was ${verb}d already` : `is ${verb}d`}. ${done}${looking}`),
      );
    });
  }
}
