// `imports client pause` and `resume`: whether anything of a client is started. Files that came meanwhile, and whatever was asked for, are
// taken up when it is resumed.

import type { Command } from 'commander';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { describeError } from '../text/describe-error';
import { REASON_OPTION, requireReason } from '../text/require-reason';
import { requireClient } from './require-client';

const EXAMPLE = 'they move to another payroll';

interface PauseOptions {
  readonly reason?: string;
}

export function addClientPauseCommands(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'pause <id>',
    summary: 'start nothing of a client until it is resumed',
    details: 'Imports, retries and approvals wait. Uploads are still taken, and an import that runs goes on to its end.',
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
        [
          `Client ${clientId} is paused: nothing of it is started. Uploads are still taken, and an import that runs goes on to its end.`,
          `End it with: imports client resume ${clientId} --reason "…"`,
        ].join('\n'),
      );
    });

  defineCommand(parent, {
    usage: 'resume <id>',
    summary: 'undo pause, and take up what waits',
    details: 'May be repeated.',
    examples: ['imports client resume acme --reason "their first file was checked"'],
  })
    .option(...REASON_OPTION)
    .action(async (id: string, options: PauseOptions) => {
      const reason = requireReason(options.reason, EXAMPLE);
      const services = await deps.open();
      const { clientId } = await requireClient(services, id);
      await record(deps, services, { action: 'client resume', clientId, subject: clientId, reason });
      await services.clients.resume(clientId, { at: deps.now(), by: deps.operator, reason });
      await services.control.wake(clientId, { look: true }).catch((error: unknown) => {
        const { code, message } = describeError(error);
        throw new ImportsError(
          code === 'UNEXPECTED' ? 'NOT_NOW' : code,
          `Client ${clientId} is resumed, but what waits could not be taken up now: ${message}\nIt is at the next tick of its schedule, or with: imports scan ${clientId}`,
          { cause: error },
        );
      });
      await print.show(
        await services.clients.find(clientId),
        () => `Client ${clientId} is resumed: what waits is taken up now.\nSee what comes of it with: imports list --client ${clientId}`,
      );
    });
}
