// Who may come in, for every way in alike. A wrong password takes as long as an unknown account; nothing in an answer tells one from the
// other. Every attempt leaves one line in the log.

import type { Client } from '../domain/client';
import type { Account, AccountStore, ClientStore, DoorMetrics, Log } from '../ports';
import { hashPassword, verifyPassword } from './passwords';
import type { Peer } from './peer';

export type LoginResult = 'ok' | 'unknown-account' | 'disabled' | 'wrong-password' | 'unknown-key' | 'too-busy';

export interface Login {
  readonly result: LoginResult;
  /** Who tried, when it is somebody known. */
  readonly account: Account | undefined;
  /** Set when the result is `ok`. */
  readonly client: Client | undefined;
}

export interface OfferedKey {
  readonly algorithm: string;
  readonly blob: Buffer;
  /** Whether the peer proved that it holds the key's other half. Missing = it only asks whether the key would do. */
  readonly isProven?: () => boolean;
}

export interface Logins {
  password(userName: string, password: string, peer: Peer): Promise<Login>;
  publicKey(userName: string, key: OfferedKey, peer: Peer): Promise<Login>;
}

const FAILURE_MS = 1000;
// Hashing shares libuv's four threads with every file of every upload.
const HASHING_AT_ONCE = 3;
const HASHING_QUEUE = 50;

export function createLogins({
  accounts,
  clients,
  log,
  metrics,
}: {
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly log: Log;
  readonly metrics: DoorMetrics;
}): Logins {
  const hashing = atMost(HASHING_AT_ONCE, HASHING_QUEUE);
  let dummy: Promise<string> | undefined;

  const admit = async (account: Account | undefined, proven: boolean, otherwise: LoginResult): Promise<Login> => {
    if (account === undefined) return { result: 'unknown-account', account, client: undefined };
    if (!proven) return { result: otherwise, account, client: undefined };
    const client = await clients.find(account.clientId);
    if (!account.enabled || client?.enabled !== true) return { result: 'disabled', account, client: undefined };
    return { result: 'ok', account, client };
  };

  const report = (login: Login, method: 'password' | 'publickey', { address, protocol, software }: Peer): Login => {
    const { account, result } = login;
    // What was typed as the name of an unknown account may be anything, a password among it.
    const who = { account: account?.userName ?? null, clientId: account?.clientId ?? null };
    metrics.loginEnded({ method, result });
    const fields = { ...who, method, result, ip: address, protocol, software };
    if (result === 'ok') log.info('Login', fields);
    else log.warn('Login refused', fields);
    return login;
  };

  return {
    async password(userName, password, peer) {
      const started = performance.now();
      const account = await accounts.find(userName);
      dummy ??= hashPassword('');
      const passwordHash = account?.passwordHash ?? (await dummy);
      const verified = await hashing(() => verifyPassword(passwordHash, password));
      const proven = verified === true && account?.passwordHash !== null;
      const login = await admit(account, proven, verified === 'too-busy' ? 'too-busy' : 'wrong-password');
      if (login.result !== 'ok') await sleep(FAILURE_MS - (performance.now() - started));
      return report(login, 'password', peer);
    },
    async publicKey(userName, { algorithm, blob, isProven }, peer) {
      const account = await accounts.find(userName);
      const wanted = blob.toString('base64');
      const known = account?.publicKeys.some((key) => key.algorithm === algorithm && key.blob === wanted) ?? false;
      const login = await admit(account, known && isProven?.() !== false, 'unknown-key');
      return login.result === 'ok' && isProven === undefined ? login : report(login, 'publickey', peer);
    },
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
