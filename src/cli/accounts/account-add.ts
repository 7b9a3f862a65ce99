// `imports account add`, a login of a client, `account passwd`, a new password for it, and `account disable` and `enable`.

import type { Command } from 'commander';
import { notNow, wrongUse } from '../../errors';
import type { Account } from '../../domain/client/access';
import { accountFacts, accountItem, accountText, requireAccount } from './account-item';
import { defineCommand, type Session, gather } from '../define-command';
import { record } from '../record';
import { escapeText } from '../text/escape-text';
import { readPublicKeys } from './account-key';
import { requireClient } from '../clients/require-client';
import type { CliDeps } from '../deps';

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
        throw wrongUse(`${escapeText(userName)} is not a user name: 1 to 64 letters, digits and inner . _ @ -`);
      }
      if (!options.generatePassword && !options.passwordStdin && options.publicKey === undefined) {
        throw wrongUse('The account could not log in. Give at least one of --generate-password, --password-stdin and --public-key FILE');
      }
      const publicKeys = await readPublicKeys(options.publicKey ?? [], deps);
      const password = await readPassword(options, deps);
      const services = await deps.open();
      const { clientId } = await requireClient(services, client);
      const holder = await services.accounts.find(userName);
      if (holder !== undefined) {
        throw notNow(
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

function passwordOnce(password: string): string {
  return `Password: ${password}\nIt is shown this once and cannot be read again.`;
}

export function addAccountPasswdCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'passwd <user>',
    summary: 'set a new password',
    details: 'The old one stops working at once, and sessions that logged in with it end within ten seconds; public keys stay.',
    examples: ['imports account passwd acme --generate-password', 'pass show acme | imports account passwd acme --password-stdin'],
  })
    .option('--generate-password', 'make a password and print it, once')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (userName: string, options: PasswordOptions) => {
      const password = await readPassword(options, deps);
      if (password === undefined) throw wrongUse('Say where the password comes from: --generate-password or --password-stdin');
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
      const { clientId } = found;
      const change = { was: { enabled: found.enabled }, is: { enabled } };
      await record(deps, services, { action: `account ${verb}`, clientId, subject: userName, ...change });
      await services.accounts.update(userName, { enabled });
      await print.show(accountItem({ ...found, enabled }), () => `Account ${userName} of client ${clientId} ${done}.`);
    });
  }
}

interface PasswordOptions {
  readonly generatePassword?: true;
  readonly passwordStdin?: true;
}

interface NewPassword {
  readonly hash: string;
  /** To be shown once; absent if the operator typed it. */
  readonly generated?: string;
}

/** More would only cost time to hash. */
const MAX_BYTES = 1024;
const MIN_CHARACTERS = 12;
const BETTER = 'A good one is made by: --generate-password';

/** Never an argument, which other users of the machine could see. Undefined when neither option was given. */
async function readPassword(
  options: PasswordOptions,
  deps: Pick<CliDeps, 'generatePassword' | 'hashPassword' | 'readStdin'>,
): Promise<NewPassword | undefined> {
  if (options.generatePassword && options.passwordStdin) throw wrongUse('Give one of --generate-password and --password-stdin, not both');
  if (options.generatePassword) {
    const generated = deps.generatePassword();
    return { hash: await deps.hashPassword(generated), generated };
  }
  if (options.passwordStdin) return { hash: await deps.hashPassword(checked(await deps.readStdin())) };
  return undefined;
}

function checked(input: string): string {
  const password = input.replace(/\r?\n$/, '');
  if (/\p{Cc}/u.test(password)) throw wrongUse(`The password on standard input must be one line without control characters. ${BETTER}`);
  if ([...password].length < MIN_CHARACTERS || Buffer.byteLength(password) > MAX_BYTES) {
    throw wrongUse(
      `The password on standard input must have at least ${MIN_CHARACTERS} characters and at most ${MAX_BYTES} bytes. ${BETTER}`,
    );
  }
  return password;
}
