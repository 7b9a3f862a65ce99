// Who is at the other end of a connection, as far as it can be known before anybody has logged in, and the places where an account is at
// home.

import type { Protocol, Account, KnownPlace } from '../domain/client/access';

export interface Peer {
  /** As the socket tells it, or a load balancer that we trust. */
  readonly address: string;
  readonly port: number;
  /** Which connection it is, where address and port are those of another one, too. */
  readonly connection?: string;
  readonly protocol: Protocol;
  /** What its software calls itself; null when it did not say. Chosen by the peer: at most of use as a hint. */
  readonly software: string | null;
}

const MAX_SOFTWARE = 60;

/** The name that a peer gave, in a length and in characters that fit into a line. */
export function softwareName(said: string | undefined): string | null {
  const name = (said ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, MAX_SOFTWARE);
  return name === '' ? null : name;
}

export const AT_HOME_MS = 30 * 86_400_000;
const MAX_PLACES = 10;

/** Places that the account logged in from lately: what strangers do to its name does not slow it down there, nor does a ban. */
export function isAtHome({ knownPlaces = [] }: Pick<Account, 'knownPlaces'>, place: string, now: Date): boolean {
  return knownPlaces.some(({ address, at }) => address === place && now.getTime() - at.getTime() < AT_HOME_MS);
}

export function withPlace({ knownPlaces = [] }: Pick<Account, 'knownPlaces'>, place: string, at: Date): readonly KnownPlace[] {
  return [{ address: place, at }, ...knownPlaces.filter(({ address }) => address !== place)].slice(0, MAX_PLACES);
}
