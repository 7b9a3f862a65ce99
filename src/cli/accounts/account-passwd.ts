// `imports account passwd`: a new password; the old one is void at once. Public keys stay.

import type { Command } from 'commander';
import { ImportsError } from '../../errors';
import { passwordOnce } from './account-add';
import { accountItem, accountText, requireAccount } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { readPassword, type PasswordOptions } from './read-password';

export function addAccountPasswdCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'passwd <user>',
    summary: 'set a new password',
    details: 'The old one stops working at once; public keys stay.',
    examples: ['imports account passwd acme --generate-password', 'pass show acme | imports account passwd acme --password-stdin'],
  })
    .option('--generate-password', 'make a password and print it, once')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (userName: string, options: PasswordOptions) => {
      const password = await readPassword(options, deps);
      if (password === undefined) {
        throw new ImportsError('WRONG_USE', 'Say where the password comes from: --generate-password or --password-stdin');
      }
      const services = await deps.open();
      const account = await requireAccount(services, userName);
      await record(deps, services, { action: 'account passwd', clientId: account.clientId, subject: userName });
      await services.accounts.update(userName, { passwordHash: password.hash });
      const changed = { ...account, passwordHash: password.hash };
      const { generated } = password;
      await print.show({ ...accountItem(changed), ...(generated === undefined ? {} : { password: generated }) }, () =>
        [accountText(changed, print), generated === undefined ? 'The password is changed.' : passwordOnce(generated)].join('\n\n'),
      );
    });
}
