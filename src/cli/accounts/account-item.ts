// An account as it is shown: never its password hash.

import type { Account } from '../../ports';
import type { Printer } from '../text/print';

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
