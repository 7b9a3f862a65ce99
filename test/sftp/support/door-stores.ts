// The door's stores in memory: what the door writes can be looked at in the maps.

import type { Client } from '../../../src/domain/client';
import { ImportsError } from '../../../src/errors';
import type { AccountStore, BanStore, ClientStore, SessionStore } from '../../../src/ports';
import type { Account, Ban, LiveSession } from '../../../src/domain/client/access';

export function banStore(bans = new Map<string, Ban>()): BanStore {
  return {
    inForce: async (at) => [...bans.values()].filter(({ until }) => until > at),
    find: async (address) => bans.get(address),
    put: async (ban) => void bans.set(ban.address, ban),
    remove: async (address) => bans.delete(address),
    forget: async () => undefined,
  };
}

export function sessionStore(sessions = new Map<string, LiveSession>()): SessionStore {
  return {
    beat: async (live) => live.forEach((session) => sessions.set(session.sessionId, session)),
    remove: async (ids) => ids.forEach((id) => sessions.delete(id)),
    live: async () => [...sessions.values()],
    forget: async () => undefined,
  };
}

const notUsed = (): never => {
  throw new ImportsError('INVARIANT', 'The front door does not do this.');
};

export function accountStore(accounts: Map<string, Account>): AccountStore {
  return {
    find: async (userName) => accounts.get(userName),
    list: async (client) => [...accounts.values()].filter(({ clientId: id }) => client === undefined || id === client),
    add: notUsed,
    update: async (userName, change) => {
      const account = accounts.get(userName);
      if (account !== undefined) accounts.set(userName, { ...account, ...change });
    },
    replaceHash: async (userName, former, passwordHash) => {
      const account = accounts.get(userName);
      if (account?.passwordHash === former) accounts.set(userName, { ...account, passwordHash });
    },
    seenAt: async (place, since) =>
      [...accounts.values()].filter(({ knownPlaces = [] }) => knownPlaces.some(({ address, at }) => address === place && at >= since)),
  };
}

export function clientStore(clients: Map<string, Client>): ClientStore {
  return {
    find: async (id) => clients.get(id),
    list: async () => [...clients.values()],
    schedules: notUsed,
    add: notUsed,
    setSettings: notUsed,
    setEnabled: notUsed,
    pause: notUsed,
    resume: notUsed,
  };
}
