// `imports account add`: a login of a client.

import type { Command } from 'commander';
import { ImportsError } from '../../errors';
import type { Account } from '../../domain/client/access';
import { accountFacts, accountItem, accountText } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { escapeText } from '../text/escape-text';
import { gather } from '../careful-command';
import { readPassword, type PasswordOptions } from './read-password';
import { readPublicKeys } from './read-public-keys';
import { requireClient } from '../clients/require-client';

const USER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/;

export function addAccountAddCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'add <client> <user>',
    summary: 'add a login to a client',
    details: 'With a password, public keys, or both. User names are unique over all clients.',
    examples: [
      'imports account add acme acme --generate-password',
      'imports account add acme acme-hr --public-key acme-hr.pub \\\n--public-key spare.pub',
      'pass show acme | imports account add acme acme --password-stdin',
    ],
  })
    .option('--generate-password', 'make a password and print it, once')
    .option('--password-stdin', 'read the password from standard input')
    .option('--public-key <file>', 'an OpenSSH public key; may be repeated', gather)
    .action(async (client: string, userName: string, options: PasswordOptions & { readonly publicKey?: readonly string[] }) => {
      if (!USER_NAME.test(userName)) {
        throw new ImportsError('WRONG_USE', `${escapeText(userName)} is not a user name: 1 to 64 letters, digits and inner . _ @ -`);
      }
      if (!options.generatePassword && !options.passwordStdin && options.publicKey === undefined) {
        throw new ImportsError(
          'WRONG_USE',
          'The account could not log in. Give at least one of --generate-password, --password-stdin and --public-key FILE',
        );
      }
      const publicKeys = await readPublicKeys(options.publicKey ?? [], deps);
      const password = await readPassword(options, deps);
      const services = await deps.open();
      const { clientId } = await requireClient(services, client);
      const holder = await services.accounts.find(userName);
      if (holder !== undefined) {
        throw new ImportsError(
          'NOT_NOW',
          `The user name ${userName} is taken by client ${holder.clientId}: user names are unique over all clients. Take another, e.g. ${clientId}-${userName}`,
        );
      }
      const account: Account = { userName, clientId, passwordHash: password?.hash ?? null, publicKeys, enabled: true, lastLoginAt: null };
      await record(deps, services, { action: 'account add', clientId, subject: userName, is: accountFacts(account) });
      await services.accounts.add(account);
      const generated = password?.generated;
      await print.show({ ...accountItem(account), ...(generated === undefined ? {} : { password: generated }) }, () =>
        [accountText(account, print), ...(generated === undefined ? [] : [passwordOnce(generated)])].join('\n\n'),
      );
    });
}

export function passwordOnce(password: string): string {
  return `Password: ${password}\nIt is shown this once and cannot be read again.`;
}
