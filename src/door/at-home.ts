// Where an account is at home: places that it logged in from lately. What strangers do to its name does not slow it down there, and a ban
// of the place spares it.

import type { Account, KnownPlace } from '../domain/client/access';

export const AT_HOME_MS = 30 * 86_400_000;
const MAX_PLACES = 10;

export function isAtHome({ knownPlaces = [] }: Pick<Account, 'knownPlaces'>, place: string, now: Date): boolean {
  return knownPlaces.some(({ address, at }) => address === place && now.getTime() - at.getTime() < AT_HOME_MS);
}

export function withPlace({ knownPlaces = [] }: Pick<Account, 'knownPlaces'>, place: string, at: Date): readonly KnownPlace[] {
  return [{ address: place, at }, ...knownPlaces.filter(({ address }) => address !== place)].slice(0, MAX_PLACES);
}
