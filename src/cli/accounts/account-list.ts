// `imports account list`: who can log in, and how.

import type { Command } from 'commander';
import { accountItem } from './account-item';
import { defineCommand, type Session } from '../define-command';
import { requireClient } from '../clients/require-client';

export function addAccountListCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'list [client]',
    summary: 'logins of one client or of all',
    examples: ['imports account list', 'imports account list acme'],
  }).action(async (id: string | undefined) => {
    const services = await deps.open();
    const clientId = id === undefined ? undefined : (await requireClient(services, id)).clientId;
    const accounts = [...(await services.accounts.list(clientId))].sort((a, b) => a.userName.localeCompare(b.userName));
    await print.show(accounts.map(accountItem), () => {
      if (accounts.length === 0)
        return `There are no accounts yet. Add one with:\nimports account add ${clientId ?? 'CLIENT'} USER --generate-password`;
      const logins = print.table(accounts, [
        { head: 'ACCOUNT', narrow: 'cut', cell: ({ userName }) => userName },
        { head: 'CLIENT', cell: ({ clientId: client }) => client },
        { head: 'ENABLED', cell: ({ enabled }) => (enabled ? 'yes' : 'no') },
        { head: 'PASSWORD', cell: ({ passwordHash }) => (passwordHash === null ? 'none' : 'set') },
        { head: 'KEYS', align: 'right', cell: ({ publicKeys }) => publicKeys.length },
        { head: 'LAST LOGIN', cell: ({ lastLoginAt }) => (lastLoginAt === null ? 'never' : print.shortTime(lastLoginAt)) },
        { head: 'FROM', dropOrder: 1, cell: ({ knownPlaces = [] }) => knownPlaces[0]?.address ?? '' },
      ]);
      const keys = accounts.flatMap(({ userName, publicKeys }) => publicKeys.map((key) => ({ userName, ...key })));
      if (keys.length === 0) return logins;
      const fingerprints = print.table(keys, [
        { head: 'KEY OF', cell: ({ userName }) => userName },
        { head: 'TYPE', dropOrder: 2, cell: ({ algorithm }) => algorithm },
        { head: 'FINGERPRINT', cell: ({ fingerprint }) => fingerprint },
        { head: 'COMMENT', dropOrder: 1, cell: ({ comment }) => comment },
      ]);
      return `${logins}\n\n${fingerprints}`;
    });
  });
}
