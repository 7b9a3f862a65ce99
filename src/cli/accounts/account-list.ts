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
      const logins = print.table(
        [
          { head: 'ACCOUNT', narrow: 'cut' },
          { head: 'CLIENT' },
          { head: 'ENABLED' },
          { head: 'PASSWORD' },
          { head: 'KEYS', align: 'right' },
          { head: 'LAST LOGIN' },
          { head: 'FROM', dropOrder: 1 },
        ],
        accounts.map(({ userName, clientId: client, enabled, passwordHash, publicKeys, lastLoginAt, knownPlaces = [] }) => [
          userName,
          client,
          enabled ? 'yes' : 'no',
          passwordHash === null ? 'none' : 'set',
          publicKeys.length,
          lastLoginAt === null ? 'never' : print.shortTime(lastLoginAt),
          knownPlaces[0]?.address ?? '',
        ]),
      );
      const keys = accounts.flatMap(({ userName, publicKeys }) => publicKeys.map((key) => ({ userName, ...key })));
      if (keys.length === 0) return logins;
      const fingerprints = print.table(
        [{ head: 'KEY OF' }, { head: 'TYPE', dropOrder: 2 }, { head: 'FINGERPRINT' }, { head: 'COMMENT', dropOrder: 1 }],
        keys.map(({ userName, algorithm, fingerprint, comment }) => [userName, algorithm, fingerprint, comment]),
      );
      return `${logins}\n\n${fingerprints}`;
    });
  });
}
