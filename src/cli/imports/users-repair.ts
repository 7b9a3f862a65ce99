// `imports users repair`: gives the users of a client the uniqueness keys that their own values say. An import does the same before it takes
// its first e-mail or user name; this is for an application that was just connected, or to see who shares a value.

import type { Command } from 'commander';
import type { SharedValue } from '../../domain/user';
import { uniqueIdOf } from '../../domain/ids';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { requireClient } from '../clients/require-client';

/** As many are named as a person reads; how many there are is always told. */
const NAMED = 1_000;

export function addUsersRepairCommand(users: Command, { deps, print }: Session): void {
  defineCommand(users, {
    usage: 'repair <client>',
    summary: 'make e-mails and user names written by the application unique',
    details:
      'Gives every user the keys described in docs/integration.md, and names the users who share an e-mail or a user name: only one of ' +
      'them can have the key. Safe to repeat and to interrupt. An import does the same before it takes an e-mail or a user name.',
    examples: ['imports users repair acme', 'imports users repair acme --json'],
  }).action(async (text: string) => {
    const services = await deps.open();
    const { clientId } = await requireClient(services, text);
    await record(deps, services, { action: 'users repair', clientId, subject: clientId });
    let mended = 0;
    let sharing = 0;
    const shared: ReturnType<typeof sharedItem>[] = [];
    for await (const step of services.users.repairKeys(clientId)) {
      mended += step.mended;
      sharing += step.shared.length;
      shared.push(...step.shared.slice(0, NAMED - shared.length).map(sharedItem));
    }
    await print.show({ clientId, mended, sharing, shared }, () => {
      const done =
        mended === 0 ? `Every key of ${clientId} is as it should be.` : `${print.number(mended)} keys of ${clientId} were mended.`;
      if (sharing === 0) return done;
      const rows = shared.map(({ uniqueId, field, heldBy }) => [uniqueId, field, heldBy]);
      const table = print.table([{ head: 'USER' }, { head: 'FIELD' }, { head: 'SAME AS' }], rows);
      const more = sharing > shared.length ? `\n… and ${print.number(sharing - shared.length)} more.` : '';
      return `${done}\n\n${table}${more}\n\nThese share a value with another user. Correct one of each two in the application, then run it again.`;
    });
  });
}

function sharedItem({ userId, field, heldBy }: SharedValue) {
  return { uniqueId: uniqueIdOf(userId), field, heldBy: uniqueIdOf(heldBy) };
}
