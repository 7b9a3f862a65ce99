// `imports account disable` and `enable`: one login of a client, its other logins untouched.

import type { Command } from 'commander';
import { accountItem, requireAccount } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';

export function addAccountEnableCommands(parent: Command, session: Session): void {
  add(parent, session, {
    enabled: false,
    verb: 'disable',
    summary: 'refuse a login until it is enabled again',
    done: 'cannot log in any more',
  });
  add(parent, session, { enabled: true, verb: 'enable', summary: 'let a disabled login in again', done: 'can log in again' });
}

interface Switch {
  readonly enabled: boolean;
  readonly verb: 'enable' | 'disable';
  readonly summary: string;
  readonly done: string;
}

function add(parent: Command, { deps, print }: Session, { enabled, verb, summary, done }: Switch): void {
  defineCommand(parent, { usage: `${verb} <user>`, summary, examples: [`imports account ${verb} acme-hr`] }).action(
    async (userName: string) => {
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
    },
  );
}
