// `imports account key add` and `key remove`: the public keys of a login, one at a time, so that a client can change to a new key while the
// old one still works.

import type { Command } from 'commander';
import { ImportsError } from '../../errors';
import type { Account } from '../../domain/client/access';
import { accountFacts, accountItem, accountText, requireAccount } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { escapeText } from '../text/escape-text';
import { readPublicKeys } from './read-public-keys';

export function addAccountKeyAddCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'add <user> <file>',
    summary: 'add a public key to a login',
    details: 'FILE holds one or more OpenSSH public keys, one per line. Existing keys and the password stay.',
    examples: ['imports account key add acme-hr new.pub'],
  }).action(async (userName: string, file: string) => {
    const keys = await readPublicKeys([file], deps);
    const services = await deps.open();
    const account = await requireAccount(services, userName);
    const added = keys.filter(({ fingerprint }) => account.publicKeys.every((key) => key.fingerprint !== fingerprint));
    const changed: Account = { ...account, publicKeys: [...account.publicKeys, ...added] };
    if (added.length > 0) {
      await record(deps, services, {
        action: 'account key add',
        clientId: account.clientId,
        subject: userName,
        was: accountFacts(account),
        is: accountFacts(changed),
      });
      await services.accounts.update(userName, { publicKeys: changed.publicKeys });
    }
    const done = added.length === 0 ? 'It had this key already.' : `Added: ${added.map(({ fingerprint }) => fingerprint).join(', ')}`;
    await print.show(accountItem(changed), () => [accountText(changed, print), done].join('\n\n'));
  });
}

export function addAccountKeyRemoveCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'remove <user> <fingerprint>',
    summary: 'remove a public key from a login',
    details: 'A session that logged in with the key may go on until it ends.',
    examples: ['imports account key remove acme-hr SHA256:47DEQpj8HBSa…'],
  }).action(async (userName: string, typed: string) => {
    const services = await deps.open();
    const account = await requireAccount(services, userName);
    const fingerprint = typed.startsWith('SHA256:') ? typed : `SHA256:${typed}`;
    const publicKeys = account.publicKeys.filter((key) => key.fingerprint !== fingerprint);
    if (publicKeys.length === account.publicKeys.length) {
      const theirs = account.publicKeys.map((key) => `\n${key.fingerprint}`).join('');
      throw new ImportsError(
        'NOT_FOUND',
        `Account ${userName} has no key with the fingerprint ${escapeText(typed)}${theirs === '' ? '; it has none at all' : `. Its keys are:${theirs}`}\nSee all with: imports account list ${account.clientId}`,
      );
    }
    const changed: Account = { ...account, publicKeys };
    await record(deps, services, {
      action: 'account key remove',
      clientId: account.clientId,
      subject: userName,
      was: accountFacts(account),
      is: accountFacts(changed),
    });
    await services.accounts.update(userName, { publicKeys });
    const isShutOut = publicKeys.length === 0 && account.passwordHash === null;
    const note = isShutOut ? `It cannot log in any more. Give it a key or a password: imports account key add ${userName} FILE` : undefined;
    await print.show(accountItem(changed), () =>
      [accountText(changed, print), `Removed: ${fingerprint}`, ...(note === undefined ? [] : [note])].join('\n\n'),
    );
  });
}
