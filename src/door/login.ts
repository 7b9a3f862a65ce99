// Who may come in. A wrong password takes as long as an unknown account; nothing in an answer tells one from the other.

import type { Client } from '../domain/client';
import type { Account, AccountStore, ClientStore, Clock } from '../ports';
import { hashPassword, verifyPassword } from './passwords';

export type LoginResult = 'ok' | 'unknown-account' | 'disabled' | 'wrong-password' | 'unknown-key' | 'too-busy';

export interface Login {
  readonly result: LoginResult;
  /** Who tried, when it is somebody known. */
  readonly account: Account | undefined;
  /** Set when the result is `ok`. */
  readonly client: Client | undefined;
}

export interface Logins {
  password(userName: string, password: string): Promise<Login>;
  /** Whether the account has this key; that the peer holds its other half is for the caller to prove. */
  publicKey(userName: string, key: { readonly algorithm: string; readonly blob: Buffer }): Promise<Login>;
  /** Notes the login; must not be waited for. */
  welcome(account: Account): Promise<void>;
}

const FAILURE_MS = 1000;
// Hashing shares libuv's four threads with every file of every upload.
const HASHING_AT_ONCE = 3;
const HASHING_QUEUE = 50;

export function createLogins({ accounts, clients, clock }: { accounts: AccountStore; clients: ClientStore; clock: Clock }): Logins {
  const hashing = atMost(HASHING_AT_ONCE, HASHING_QUEUE);
  let dummy: Promise<string> | undefined;

  const admit = async (account: Account | undefined, proven: boolean, otherwise: LoginResult): Promise<Login> => {
    if (account === undefined) return { result: 'unknown-account', account, client: undefined };
    if (!proven) return { result: otherwise, account, client: undefined };
    const client = await clients.find(account.clientId);
    if (!account.enabled || client?.enabled !== true) return { result: 'disabled', account, client: undefined };
    return { result: 'ok', account, client };
  };

  return {
    async password(userName, password) {
      const started = performance.now();
      const account = await accounts.find(userName);
      dummy ??= hashPassword('');
      const passwordHash = account?.passwordHash ?? (await dummy);
      const verified = await hashing(() => verifyPassword(passwordHash, password));
      const proven = verified === true && account?.passwordHash !== null;
      const login = await admit(account, proven, verified === 'too-busy' ? 'too-busy' : 'wrong-password');
      if (login.result !== 'ok') await sleep(FAILURE_MS - (performance.now() - started));
      return login;
    },
    async publicKey(userName, { algorithm, blob }) {
      const account = await accounts.find(userName);
      const wanted = blob.toString('base64');
      const known = account?.publicKeys.some((key) => key.algorithm === algorithm && key.blob === wanted) ?? false;
      return admit(account, known, 'unknown-key');
    },
    welcome: ({ userName }) => accounts.update(userName, { lastLoginAt: clock.now() }),
  };
}

/** Runs at most `limit` at a time; those that would be too many in the queue are turned away. */
function atMost(limit: number, queue: number): <T>(work: () => Promise<T>) => Promise<T | 'too-busy'> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) {
      if (waiting.length >= queue) return 'too-busy';
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
