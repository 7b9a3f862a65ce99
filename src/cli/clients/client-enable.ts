// `imports client enable` and `disable`, `pause` and `resume`: whether a client may log in, and whether its imports are started. Each may be
// repeated: enable and disable bring folder and schedules in line again. What waited meanwhile is looked for at once.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';
import { lookForFiles } from '../imports/wake-inbox';
import { record, REASON_OPTION, requireReason } from '../record';
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
      const { clientId } = found;
      if (enabled) await requireDataDirectory(services, clientId);
      const client = { ...found, enabled };
      const change = { was: { enabled: found.enabled }, is: { enabled } };
      await record(deps, services, { action: `client ${verb}`, clientId, subject: clientId, ...change });
      await services.clients.setEnabled(clientId, enabled);
      await putIntoEffect(services, client);
      const looks = enabled && client.settings.startOnUpload && client.paused === undefined;
      if (looks) await lookForFiles(services, clientId, `Client ${clientId} is enabled`);
      const looking = looks ? ' Files that wait are looked for now.' : '';
      await print.show(client, () =>
        print.prose(`Client ${clientId} ${found.enabled === enabled ? `was ${verb}d already` : `is ${verb}d`}. ${done}${looking}`),
      );
    });
  }
}

const EXAMPLE = 'they move to another payroll';

interface PauseOptions {
  readonly reason?: string;
}

export function addClientPauseCommands(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'pause <id>',
    summary: 'start no imports of a client until it is resumed',
    details:
      'Files, retries and approvals wait; undos are started all the same. Uploads are still accepted, and a running import continues to its end.',
    examples: ['imports client pause acme --reason "they move to another payroll"'],
  })
    .option(...REASON_OPTION)
    .action(async (id: string, options: PauseOptions) => {
      const reason = requireReason(options.reason, EXAMPLE);
      const services = await deps.open();
      const { clientId } = await requireClient(services, id);
      await record(deps, services, { action: 'client pause', clientId, subject: clientId, reason });
      await services.clients.pause(clientId, { at: deps.now(), by: deps.operator, reason });
      await print.show(await services.clients.find(clientId), () =>
        print.prose(
          [
            `Client ${clientId} is paused: none of its imports, retries or approvals starts. Uploads are still accepted, and a running import continues to its end.`,
            `End it with: imports client resume ${clientId} --reason "…"`,
          ].join('\n'),
        ),
      );
    });

  defineCommand(parent, {
    usage: 'resume <id>',
    summary: 'end the pause, and start what is waiting',
    details: 'May be repeated.',
    examples: ['imports client resume acme --reason "their first file was checked"'],
  })
    .option(...REASON_OPTION)
    .action(async (id: string, options: PauseOptions) => {
      const reason = requireReason(options.reason, EXAMPLE);
      const services = await deps.open();
      const { clientId, paused } = await requireClient(services, id);
      await record(deps, services, { action: 'client resume', clientId, subject: clientId, reason });
      await services.clients.resume(clientId, { at: deps.now(), by: deps.operator, reason });
      await lookForFiles(services, clientId, `Client ${clientId} is resumed`);
      await print.show(await services.clients.find(clientId), () =>
        print.prose(
          `Client ${clientId} ${paused === undefined ? 'was not paused' : 'is resumed'}: what waits is taken up now.\nSee what comes of it with: imports list --client ${clientId}`,
        ),
      );
    });
}
