// `imports account disable` and `enable`: one login of a client, its other logins untouched.

import type { Command } from 'commander';
import { accountItem, requireAccount } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';

const SWITCHES = [
  { verb: 'disable', enabled: false, summary: 'refuse a login until it is enabled again', done: 'cannot log in any more' },
  { verb: 'enable', enabled: true, summary: 'let a disabled login in again', done: 'can log in again' },
] as const;

export function addAccountEnableCommands(parent: Command, { deps, print }: Session): void {
  for (const { verb, enabled, summary, done } of SWITCHES) {
    const examples = [`imports account ${verb} acme-hr`];
    defineCommand(parent, { usage: `${verb} <user>`, summary, examples }).action(async (userName: string) => {
      const services = await deps.open();
      const found = await requireAccount(services, userName);
      const account = { ...found, enabled };
      await record(deps, services, {
        action: `account ${verb}`,
        clientId: account.clientId,
        subject: userName,
        was: { enabled: found.enabled },
        is: { enabled },
      });
      await services.accounts.update(userName, { enabled });
      await print.show(accountItem(account), () => `Account ${userName} of client ${account.clientId} ${done}.`);
    });
  }
}
