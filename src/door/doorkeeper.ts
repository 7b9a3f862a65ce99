// Whether a peer may come as far as the login at all, for all ways in together: bans, and how many may be here at a time. What is held
// against an address comes together here, too.

import { isWithin, placeOf } from '../domain/client/network';
import type { Clock, DoorMetrics } from '../ports';
import type { Bans } from './bans';
import { ENTRY_LIMITS } from './entry-limits';
import type { Peer } from './peer';
import type { Offence, Throttle } from './throttle';

/** One connection, from its first moment. */
export interface Entry {
  /** It has logged in: it may stay. */
  admit(): void;
  /** It is gone. `spoke` = it had said something. Safe to repeat. */
  leave(spoke: boolean): void;
}

export interface Doorkeeper {
  /** A peer connects. Undefined = it is dropped, before a byte of it is read. */
  enter(peer: Caller): Entry | undefined;
  note(peer: Caller, offence: Offence): void;
  /** It tried to log in, and that this came to nothing is our doing or our rule: no misdeed of the connection's. */
  excuse(peer: Caller): void;
  /** Whether this account may not come in from there for what was done from there. */
  isBanned(address: string, userName: string | undefined): boolean;
}

export type Caller = Pick<Peer, 'address' | 'port'>;

interface Guest {
  readonly place: string;
  readonly port: number;
  admitted: boolean;
  /** Going away is not held against it: something else is already, and one misdeed does not count twice, or it was excused. */
  mayLeave: boolean;
}

export function createDoorkeeper(options: {
  readonly throttle: Throttle;
  readonly bans: Pick<Bans, 'of' | 'ban'>;
  readonly clock: Clock;
  readonly metrics: DoorMetrics;
  /** Networks that many share and that are therefore neither banned nor bounded. */
  readonly sharedAddresses: readonly string[];
}): Doorkeeper {
  const { throttle, bans, clock, metrics, sharedAddresses } = options;
  const guests = new Set<Guest>();
  const isShared = (address: string): boolean => isWithin(address, sharedAddresses);
  const now = (): number => clock.now().getTime();

  const excuse = ({ address, port }: Caller): void => {
    const place = placeOf(address);
    for (const guest of guests) if (guest.port === port && guest.place === place) guest.mayLeave = true;
  };

  const note = (peer: Caller, offence: Offence): void => {
    const { address } = peer;
    const place = placeOf(address);
    excuse(peer);
    // While a ban spares some, the others go on trying: nothing new.
    if (isShared(address) || bans.of(place) !== undefined || !throttle.note(place, offence, now())) return;
    metrics.addressBanned();
    bans.ban(place, offence);
  };

  const isFull = (peer: Caller, place: string): boolean => {
    const startups = [...guests].filter(({ admitted }) => !admitted);
    if (guests.size >= ENTRY_LIMITS.connections || startups.length >= ENTRY_LIMITS.startups) return true;
    if (isShared(peer.address)) return false;
    const here = (some: Iterable<Guest>): number => [...some].filter((guest) => guest.place === place).length;
    // Not held against the address: a campus behind one has its busy minutes.
    return here(guests) >= ENTRY_LIMITS.connectionsPerAddress || here(startups) >= ENTRY_LIMITS.startupsPerAddress;
  };

  return {
    note,
    excuse,
    enter(peer) {
      const place = placeOf(peer.address);
      const reason = bans.of(place)?.spares.length === 0 ? 'banned' : isFull(peer, place) ? 'too-many' : undefined;
      if (reason !== undefined) {
        metrics.peerTurnedAway(reason);
        return undefined;
      }
      const guest: Guest = { place, port: peer.port, admitted: false, mayLeave: false };
      guests.add(guest);
      return {
        admit: () => void (guest.admitted = true),
        leave(spoke) {
          const gone = guests.delete(guest);
          // A load balancer that looks whether the port is open says nothing.
          if (gone && spoke && !guest.admitted && !guest.mayLeave) note(peer, 'no-login');
        },
      };
    },
    isBanned(address, userName) {
      const ban = bans.of(placeOf(address));
      return ban !== undefined && (userName === undefined || !ban.spares.includes(userName));
    },
  };
}
