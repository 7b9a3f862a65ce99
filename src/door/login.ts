// Who may come in, for every way in alike. A wrong password takes as long, and as much work, as an unknown account; nothing in an answer
// tells one from the other. Every attempt leaves one line in the log.

import type { Client } from '../domain/client';
import { isWithin, placeOf } from '../domain/client/network';
import type { AccountStore, ClientStore, Clock, DoorMetrics, Log } from '../ports';
import type { Account } from '../domain/client/access';
import { isAtHome, type Peer } from './peer';
import { atMost, guessesInFlight } from './bounded-guesses';
import type { Doorkeeper } from './doorkeeper';
import { errnoOf } from './folder/folder-error';
import { ENTRY_LIMITS } from './limits';
import { hashPassword, isOutdated, verifyPassword } from './passwords';
import { BAN_AT_POINTS, type Throttle } from './throttle';
import type { Visits } from './visits';

type LoginResult =
  | 'ok'
  | 'unknown-account'
  | 'wrong-password'
  | 'unknown-key'
  /** An RSA key that signs with SHA-1. */
  | 'weak-signature'
  | 'disabled'
  | 'address-not-allowed'
  | 'too-many-visits'
  | 'too-many-of-client'
  /** The address is banned, and spares other accounts only. */
  | 'banned'
  | 'too-busy';

/** Not the peer's mistake: it has, or may well have, the right password or key. */
const EXCUSED: readonly LoginResult[] = ['disabled', 'address-not-allowed', 'too-many-visits', 'too-many-of-client', 'too-busy'];

export interface Login {
  readonly result: LoginResult;
  /** Who tried, when it is somebody known. */
  readonly account: Account | undefined;
  /** Set when the result is `ok`. */
  readonly client: Client | undefined;
}

interface OfferedKey {
  readonly algorithm: string;
  readonly blob: Buffer;
  /** Whether the peer proved that it holds the key's other half. Missing = it only asks whether the key would do. */
  readonly isProven?: () => boolean;
  /** It would sign with SHA-1. */
  readonly signsWeakly?: boolean;
}

export interface Logins {
  password(userName: string, password: string, peer: Peer): Promise<Login>;
  publicKey(userName: string, key: OfferedKey, peer: Peer): Promise<Login>;
}

export interface LoginOptions {
  readonly accounts: AccountStore;
  readonly clients: Pick<ClientStore, 'find'>;
  readonly throttle: Throttle;
  readonly doorkeeper: Pick<Doorkeeper, 'isBanned' | 'note' | 'excuse'>;
  readonly visits: Pick<Visits, 'countOf' | 'countOfClient' | 'renewed'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DoorMetrics;
  /** Waits so long; tests do not. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const FAILURE_MS = 1000;
// Hashing shares libuv's four threads with every file of every upload.
const HASHING_AT_ONCE = 3;
// As many as may be about to log in: night jobs all start at the same second, and a right password must not look like a wrong one.
const HASHING_QUEUE = ENTRY_LIMITS.startups;

export function createLogins(options: LoginOptions): Logins {
  const { accounts, clients, throttle, doorkeeper, visits, clock, log, metrics, sleep = realSleep } = options;
  const hashing = atMost(HASHING_AT_ONCE, HASHING_QUEUE);
  const inFlight = guessesInFlight((place) => BAN_AT_POINTS - throttle.pointsOf(place, clock.now().getTime()));
  let dummy: Promise<string> | undefined;

  /** Somebody who has proven who they are may still be refused. */
  const admit = async (account: Account, address: string): Promise<Login> => {
    const client = await clients.find(account.clientId);
    const no = (result: LoginResult): Login => ({ result, account, client: undefined });
    if (!account.enabled || client?.enabled !== true) return no('disabled');
    const { allowedAddresses } = client.settings;
    if (allowedAddresses.length > 0 && !isWithin(address, allowedAddresses)) return no('address-not-allowed');
    if (visits.countOf(account.userName) >= ENTRY_LIMITS.visitsPerAccount) return no('too-many-visits');
    if (visits.countOfClient(account.clientId) >= ENTRY_LIMITS.visitsPerClient) return no('too-many-of-client');
    return { result: 'ok', account, client };
  };

  const report = (login: Login, method: 'password' | 'publickey', peer: Peer): Login => {
    const { account, result } = login;
    const { address, protocol, software } = peer;
    if (EXCUSED.includes(result)) doorkeeper.excuse(peer);
    // What was typed as the name of an unknown account may be anything, a password among it.
    const who = { account: account?.userName ?? null, clientId: account?.clientId ?? null };
    metrics.loginEnded({ method, result });
    const fields = { ...who, method, result, ip: address, protocol, software };
    if (result === 'ok') log.info('Login', fields);
    else log.warn('Login refused', fields);
    return login;
  };

  /** As it was made with other parameters than a hash of today. */
  const renewHash = async (account: Account, former: string, password: string): Promise<void> => {
    const renewed = await hashing(() => hashPassword(password));
    if (renewed === 'too-busy') return;
    visits.renewed(former, renewed);
    await accounts.replaceHash(account.userName, former, renewed);
  };

  /** Checks the password only. It does the same work whether or not the account exists or has a password. */
  const check = async (account: Account | undefined, password: string, address: string): Promise<Login> => {
    dummy ??= hashPassword('');
    const passwordHash = account?.passwordHash ?? (await dummy);
    const verified = await hashing(() => verifyPassword(passwordHash, password));
    const no = (result: LoginResult): Login => ({ result, account, client: undefined });
    if (verified === 'too-busy') return no('too-busy');
    if (account === undefined) return no('unknown-account');
    if (!verified || account.passwordHash === null) return no('wrong-password');
    if (isOutdated(passwordHash))
      renewHash(account, passwordHash, password).catch((error: unknown) =>
        log.warn('Renewing a password hash failed', { account: account.userName, error: errnoOf(error) ?? 'unknown' }),
      );
    return admit(account, address);
  };

  return {
    async password(userName, password, peer) {
      const started = performance.now();
      const now = clock.now();
      const account = await accounts.find(userName);
      const place = placeOf(peer.address);
      const attempt = { userName, place, known: account !== undefined && isAtHome(account, place, now) };
      const delayMs = throttle.delayMs(attempt, now.getTime());
      await sleep(delayMs);
      const login = await inFlight(place, async () => {
        const isBanned = doorkeeper.isBanned(peer.address, account?.userName);
        const decided: Login = isBanned ? { result: 'banned', account, client: undefined } : await check(account, password, peer.address);
        const { result } = report(decided, 'password', peer);
        if (result === 'ok') throttle.succeeded(attempt);
        if (result === 'wrong-password' || result === 'unknown-account') {
          throttle.failed(attempt, now.getTime());
          doorkeeper.note(peer, result);
        }
        return decided;
      });
      if (login.result !== 'ok') await sleep(delayMs + FAILURE_MS - (performance.now() - started));
      return login;
    },
    async publicKey(userName, { algorithm, blob, isProven, signsWeakly }, peer) {
      const account = await accounts.find(userName);
      const wanted = blob.toString('base64');
      const no = (result: LoginResult): Login => report({ result, account, client: undefined }, 'publickey', peer);
      if (doorkeeper.isBanned(peer.address, account?.userName)) return no('banned');
      if (account === undefined) return no('unknown-account');
      if (!account.publicKeys.some((key) => key.algorithm === algorithm && key.blob === wanted)) return no('unknown-key');
      if (signsWeakly === true) return no('weak-signature');
      if (isProven?.() === false) return no('unknown-key');
      const login = await admit(account, peer.address);
      return login.result === 'ok' && isProven === undefined ? login : report(login, 'publickey', peer);
    },
  };
}

function realSleep(milliseconds: number): Promise<void> {
  return milliseconds <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
