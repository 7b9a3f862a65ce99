// Who is in: one visit per connection that has logged in, from then until it ends. Support sees them through the store, where each gives a
// sign of life from time to time; what a killed process leaves there falls silent and is no longer shown. Nothing waits for the store, and
// one that is down shuts nobody out.

import { randomUUID } from 'node:crypto';
import type { Client } from '../domain/client';
import type { ClientId } from '../domain/ids';
import { placeOf } from '../domain/client/network';
import type { AccountStore, ClientStore, Clock, Log, SessionStore } from '../ports';
import type { Account, LiveSession, PublicKey } from '../domain/client/access';
import { withPlace, type Peer } from './peer';
import type { ClientFolder } from './folder/client-folder';
import { errnoOf } from './folder/folder-error';

/** For the connection to tell what goes on. */
export interface Visit {
  /** Bytes that the client sent; 0 = it did something without any. */
  received(bytes: number): void;
  sent(bytes: number): void;
  /** Safe to repeat. */
  end(): void;
}

/** Who is logged in, and where. */
export interface Visitor {
  readonly client: Client;
  readonly folder: ClientFolder;
  readonly visit: Visit;
}

export interface Visits {
  /** Notes the login, too. `hangUp` is called when the account may no longer be in. */
  begin(visitor: {
    readonly account: Account;
    readonly client: Client;
    readonly peer: Peer;
    /** The key it logged in by; missing = by the password. */
    readonly key?: PublicKeyOf | undefined;
    readonly hangUp?: () => void;
  }): Visit;
  countOf(userName: string): number;
  /** Of all its accounts. */
  countOfClient(clientId: ClientId): number;
  /** The hash of a password was replaced by another one of the same password. */
  renewed(former: string, renewed: string): void;
  stop(): Promise<void>;
}

interface VisitOptions {
  readonly accounts: Pick<AccountStore, 'find' | 'update'>;
  readonly clients: Pick<ClientStore, 'find'>;
  readonly sessions: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
}

export const BEAT_MS = 10_000;
/** A session without a sign of life for so long is over: its process was killed. */
export const SILENT_AFTER_MS = 60_000;

type PublicKeyOf = Pick<PublicKey, 'algorithm' | 'blob'>;

interface Guest {
  session: LiveSession;
  /** Whether what it logged in by would still do. */
  readonly isStillGood: (account: Account) => boolean;
  readonly hangUp: () => void;
}

export function createVisits({ accounts, clients, sessions, clock, log }: VisitOptions): Visits {
  const guests = new Map<string, Guest>();
  const renewals = new Set<string>();
  const isSamePassword = (then: Account, now: Account): boolean =>
    then.passwordHash === now.passwordHash || renewals.has(`${then.passwordHash} ${now.passwordHash}`);
  const unsaved = new Set<string>();
  const ended = new Set<string>();
  let saving: Promise<void> | undefined;
  let isSaved = true;

  const saveAll = async (): Promise<void> => {
    while (unsaved.size > 0 || ended.size > 0) {
      const gone = [...ended];
      if (gone.length > 0) await sessions.remove(gone);
      for (const id of gone) ended.delete(id);
      const ids = [...unsaved];
      unsaved.clear();
      const beating = ids.flatMap((id) => guests.get(id)?.session ?? []);
      if (beating.length > 0) await sessions.beat(beating, clock.now());
    }
  };
  // One at a time, so that what has ended is not written once more.
  const save = (): Promise<void> => {
    saving ??= saveAll()
      .then(
        () => void (isSaved = true),
        (error: unknown) => {
          if (isSaved) log.warn('Sessions are not shown: the database does not answer', { error: errnoOf(error) ?? 'unknown' });
          isSaved = false;
        },
      )
      .finally(() => {
        saving = undefined;
        if (isSaved && unsaved.size + ended.size > 0) void save();
      });
    return saving;
  };

  /** Ends the sessions of accounts that are disabled, and those that logged in by a password or key that is changed or removed. */
  const sendAway = async (): Promise<void> => {
    for (const userName of new Set([...guests.values()].map(({ session }) => session.userName))) {
      const account = await accounts.find(userName);
      const client = account === undefined ? undefined : await clients.find(account.clientId);
      const isWanted = (guest: Guest): boolean => account?.enabled === true && client?.enabled === true && guest.isStillGood(account);
      const unwanted = [...guests.values()].filter((guest) => guest.session.userName === userName && !isWanted(guest));
      if (unwanted.length === 0) continue;
      log.info('Sessions of an account that may no longer log in are ended', { account: userName, sessions: unwanted.length });
      for (const { hangUp } of unwanted) hangUp();
    }
  };

  const beat = async (): Promise<void> => {
    for (const id of guests.keys()) unsaved.add(id);
    await save();
    // Not answered is not disabled.
    await sendAway().catch(() => undefined);
    await sessions.forget(new Date(clock.now().getTime() - SILENT_AFTER_MS)).catch(() => undefined);
  };
  const beating = setInterval(() => void beat(), BEAT_MS);

  return {
    begin({ account, client, peer: { address, protocol, software }, key, hangUp = () => undefined }) {
      const now = clock.now();
      const { userName } = account;
      accounts
        .update(userName, { lastLoginAt: now, knownPlaces: withPlace(account, placeOf(address), now) })
        .catch((error: unknown) => log.warn('Noting a login failed', { error: errnoOf(error) ?? 'unknown' }));
      const sessionId = randomUUID();
      const guest: Guest = {
        session: {
          sessionId,
          userName,
          clientId: client.clientId,
          address,
          protocol,
          software,
          since: now,
          lastActivityAt: now,
          bytesIn: 0,
          bytesOut: 0,
        },
        isStillGood: (today) => (key === undefined ? isSamePassword(account, today) : holdsKey(today, key)),
        hangUp,
      };
      guests.set(sessionId, guest);
      unsaved.add(sessionId);
      void save();
      const count = (bytesIn: number, bytesOut: number): void => {
        const { session } = guest;
        const lastActivityAt = clock.now();
        guest.session = { ...session, lastActivityAt, bytesIn: session.bytesIn + bytesIn, bytesOut: session.bytesOut + bytesOut };
      };
      return {
        received: (bytes) => count(bytes, 0),
        sent: (bytes) => count(0, bytes),
        end() {
          if (!guests.delete(sessionId)) return;
          unsaved.delete(sessionId);
          ended.add(sessionId);
          void save();
        },
      };
    },
    countOf: (userName) => [...guests.values()].filter(({ session }) => session.userName === userName).length,
    countOfClient: (clientId) => [...guests.values()].filter(({ session }) => session.clientId === clientId).length,
    renewed: (former, renewed) => void renewals.add(`${former} ${renewed}`),
    async stop() {
      clearInterval(beating);
      await saving;
      await save();
    },
  };
}

function holdsKey({ publicKeys }: Account, { algorithm, blob }: PublicKeyOf): boolean {
  return publicKeys.some((key) => key.algorithm === algorithm && key.blob === blob);
}
