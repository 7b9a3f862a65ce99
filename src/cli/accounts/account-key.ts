// The public keys of a login, from the files that people have. `imports account key add` and `key remove` change one at a time, so that a
// client can change to a new key while the old one still works.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ImportsError, notFound, wrongUse } from '../../errors';
import type { Account, PublicKey } from '../../domain/client/access';
import { accountFacts, accountItem, accountText, requireAccount } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { escapeText } from '../text/escape-text';
import type { CliDeps, Services } from '../deps';

export function addAccountKeyCommands(parent: Command, { deps, print }: Session): void {
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
    if (added.length > 0) await changeKeys({ deps, services, action: 'account key add' }, account, changed);
    const done = added.length === 0 ? 'It had this key already.' : `Added: ${added.map(({ fingerprint }) => fingerprint).join(', ')}`;
    await print.show(accountItem(changed), () => [accountText(changed, print), done].join('\n\n'));
  });

  defineCommand(parent, {
    usage: 'remove <user> <fingerprint>',
    summary: 'remove a public key from a login',
    details: 'Sessions that logged in with the key end within ten seconds.',
    examples: ['imports account key remove acme-hr SHA256:47DEQpj8HBSa…'],
  }).action(async (userName: string, typed: string) => {
    const services = await deps.open();
    const account = await requireAccount(services, userName);
    const fingerprint = typed.startsWith('SHA256:') ? typed : `SHA256:${typed}`;
    const publicKeys = account.publicKeys.filter((key) => key.fingerprint !== fingerprint);
    if (publicKeys.length === account.publicKeys.length) {
      const theirs = account.publicKeys.map((key) => `\n${key.fingerprint}`).join('');
      throw notFound(
        `Account ${userName} has no key with the fingerprint ${escapeText(typed)}${theirs === '' ? '; it has none at all' : `. Its keys are:${theirs}`}\nSee all with: imports account list ${account.clientId}`,
      );
    }
    const changed: Account = { ...account, publicKeys };
    await changeKeys({ deps, services, action: 'account key remove' }, account, changed);
    const isShutOut = publicKeys.length === 0 && account.passwordHash === null;
    const note = isShutOut ? `It cannot log in any more. Give it a key or a password: imports account key add ${userName} FILE` : undefined;
    await print.show(accountItem(changed), () =>
      [accountText(changed, print), `Removed: ${fingerprint}`, ...(note === undefined ? [] : [note])].join('\n\n'),
    );
  });
}

async function changeKeys(
  { deps, services, action }: { readonly deps: CliDeps; readonly services: Services; readonly action: string },
  account: Account,
  changed: Account,
): Promise<void> {
  const { clientId, userName } = account;
  await record(deps, services, { action, clientId, subject: userName, was: accountFacts(account), is: accountFacts(changed) });
  await services.accounts.update(userName, { publicKeys: changed.publicKeys });
}

/** Of each file, such as `id_ed25519.pub`, one key or several, as in an authorized_keys file. */
export async function readPublicKeys(files: readonly string[], { parsePublicKey }: Pick<CliDeps, 'parsePublicKey'>): Promise<PublicKey[]> {
  const keys = (await Promise.all(files.map((file) => readKeyFile(file, parsePublicKey)))).flat();
  return keys.filter((key, i) => keys.findIndex((other) => other.fingerprint === key.fingerprint) === i);
}

async function readKeyFile(file: string, parse: CliDeps['parsePublicKey']): Promise<PublicKey[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw wrongUse(`The public key file ${file} cannot be read. Check its name, e.g. ~/.ssh/id_ed25519.pub`, { cause: error });
  });
  if (text.includes('PRIVATE KEY-----') || text.startsWith('PuTTY-User-Key-File')) {
    throw wrongUse(
      `${file} is a private key: it must never leave its owner, who should make a new pair now. Ask for the file that ends in .pub`,
    );
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw wrongUse(`${file} holds no public key. A line of one starts with e.g. ssh-ed25519`);
  const parseLine = async (line: string, i: number): Promise<PublicKey> => {
    try {
      return await parse(line);
    } catch (error) {
      if (!(error instanceof ImportsError)) throw error;
      throw new ImportsError(error.code, `Line ${i + 1} of ${file}: ${error.message}`, { cause: error });
    }
  };
  return Promise.all(lines.map(parseLine));
}
