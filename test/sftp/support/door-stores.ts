// Bans and live sessions in memory, as the door's stores: what the door writes can be looked at in the maps.

import type { Ban, BanStore, LiveSession, SessionStore } from '../../../src/ports';

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
