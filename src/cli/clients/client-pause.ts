// `imports client pause` and `resume`: whether imports of a client are started. Files that came meanwhile, retries and approvals are taken up
// when it is resumed; undos are started all the same.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';
import { lookForFiles } from '../imports/wake-inbox';
import { record, REASON_OPTION, requireReason } from '../record';
import { requireClient } from './require-client';

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
