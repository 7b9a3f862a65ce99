// An account: found by its name, and as it is shown, which is never with its password hash.

import type { Account } from '../../domain/client/access';
import type { Printer } from '../text/print';
import { notFound } from '../../errors';
import { didYouMean } from '../../domain/file/suggest-name';
import type { Services } from '../deps';
import { escapeText } from '../text/escape-text';

export function accountItem({ userName, clientId, passwordHash, publicKeys, enabled, lastLoginAt, knownPlaces = [] }: Account) {
  return {
    userName,
    clientId,
    hasPassword: passwordHash !== null,
    publicKeys: publicKeys.map(({ algorithm, fingerprint, comment }) => ({ algorithm, fingerprint, comment })),
    enabled,
    lastLoginAt,
    lastLoginFrom: knownPlaces[0]?.address ?? null,
  };
}

export function accountText(account: Account, print: Printer): string {
  return print.facts([
    ['Account', account.userName],
    ['Client', account.clientId],
    ['Enabled', account.enabled ? 'yes' : 'no: it cannot log in'],
    ['Password', account.passwordHash === null ? 'none' : 'set'],
    ...account.publicKeys.map(({ algorithm, fingerprint, comment }) => ['Key', `${algorithm} ${fingerprint} ${comment}`.trim()] as const),
  ]);
}

/** What the audit keeps of an account: how it can log in, and nothing that would let anybody in. */
export function accountFacts({ enabled, passwordHash, publicKeys }: Account): Record<string, unknown> {
  return { enabled, password: passwordHash === null ? 'none' : 'set', keys: publicKeys.map(({ fingerprint }) => fingerprint) };
}

/** The account that a command names, or a refusal that says how to find the right name. */
export async function requireAccount({ accounts }: Pick<Services, 'accounts'>, userName: string): Promise<Account> {
  const account = await accounts.find(userName);
  if (account !== undefined) return account;
  const known = (await accounts.list()).map((one) => one.userName);
  throw notFound(`There is no account ${escapeText(userName)}${didYouMean(userName, known)}\nSee all with: imports account list`);
}
