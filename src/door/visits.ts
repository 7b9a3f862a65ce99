// Who is in: one visit a connection that has logged in, from then until it ends.

import type { Client } from '../domain/client';
import type { Account, AccountStore, Clock, Log } from '../ports';
import { errnoOf } from './folder/folder-error';
import type { Peer } from './peer';

/** For the connection to tell what goes on. */
export interface Visit {
  /** Bytes that the client sent; 0 = it did something without any. */
  received(bytes: number): void;
  sent(bytes: number): void;
  /** Safe to repeat. */
  end(): void;
}

export interface Visits {
  /** Notes the login, too. Nothing of it is to be waited for. */
  begin(visitor: { readonly account: Account; readonly client: Client; readonly peer: Peer }): Visit;
}

export function createVisits({ accounts, clock, log }: { accounts: AccountStore; clock: Clock; log: Log }): Visits {
  return {
    begin({ account }) {
      accounts
        .update(account.userName, { lastLoginAt: clock.now() })
        .catch((error: unknown) => log.warn('Noting a login failed', { error: errnoOf(error) ?? 'unknown' }));
      return { received: () => undefined, sent: () => undefined, end: () => undefined };
    },
  };
}
