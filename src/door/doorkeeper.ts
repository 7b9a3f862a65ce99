// Whether a peer may come as far as the login at all, for all ways in together: bans, and how many may be here at a time. What is held
// against an address comes together here, too. When many come at once, nobody is kept out by a few who take all the room: those that have
// the most places are the first to be dropped, and some places are kept for addresses that have logged in before.

import { isWithin, placeOf } from '../domain/client/network';
import type { Clock, DoorMetrics, Log } from '../ports';
import type { Bans } from './bans';
import { ENTRY_LIMITS } from './limits';
import type { Peer } from './peer';
import type { Offence, Throttle } from './throttle';

/** One connection, from its first moment. */
export interface Entry {
  /** It says something. */
  heard(): void;
  /** It said next to nothing for too long, and is ended. */
  silent(): void;
  /** It has logged in: it may stay. */
  admit(): void;
  /** It is gone. `spoke` = it had said something, or held its place without a word. Safe to repeat. */
  leave(spoke: boolean): void;
}

export interface Doorkeeper {
  /** Networks of load balancers that say whose connection they pass on. */
  readonly proxies: readonly string[];
  /** A peer connects. Undefined = it is dropped, before a byte of it is read. `evict` is called when it has to make room. */
  enter(peer: Caller, evict?: () => void): Entry | undefined;
  note(peer: Caller, offence: Offence): void;
  /** It tried to log in, and that this came to nothing is our doing or our rule: no misdeed of the connection's. */
  excuse(peer: Caller): void;
  /** Whether this account may not come in from there for what was done from there. */
  isBanned(address: string, userName: string | undefined): boolean;
  /** A load balancer's connection did not begin as agreed. */
  noteHeaderless(): void;
}

export type Caller = Pick<Peer, 'address' | 'port' | 'connection'>;

interface Guest {
  readonly caller: Caller;
  /** Whose room it takes up. */
  readonly place: string;
  readonly evict: () => void;
  readonly since: number;
  hasSpoken: boolean;
  admitted: boolean;
  /** Going away is not held against it: something else is already, and one misdeed does not count twice, or it was excused. */
  mayLeave: boolean;
}

interface DoorkeeperOptions {
  readonly throttle: Throttle;
  readonly bans: Pick<Bans, 'of' | 'ban'>;
  readonly clock: Clock;
  readonly metrics: DoorMetrics;
  readonly log: Log;
  /** Networks that many share and that are therefore neither banned nor bounded. */
  readonly sharedAddresses: readonly string[];
  readonly proxies?: readonly string[];
  /** Places that somebody has logged in from lately. */
  readonly knownPlaces?: Iterable<string>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** A peer on a slow line has spoken by then. */
const SILENT_MS = 1000;
const MAX_KNOWN = 20_000;

export function createDoorkeeper(options: DoorkeeperOptions): Doorkeeper {
  const { throttle, bans, clock, metrics, sharedAddresses, proxies = [], random = Math.random } = options;
  const guests = new Set<Guest>();
  const known = new Set(options.knownPlaces);
  const turnAwayLog = createTurnAwayLog(options.log, clock);
  const isShared = (address: string): boolean => isWithin(address, sharedAddresses) || isWithin(address, proxies);
  const now = (): number => clock.now().getTime();

  const excuse = ({ address, port, connection }: Caller): void => {
    const place = placeOf(address);
    for (const guest of guests) {
      const { caller } = guest;
      if (caller.port === port && caller.connection === connection && placeOf(caller.address) === place) guest.mayLeave = true;
    }
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

  const turnAway = (reason: 'banned' | 'too-many' | 'early' | 'evicted' | 'silent' | 'no-header'): void => {
    metrics.peerTurnedAway(reason);
    if (reason !== 'banned') turnAwayLog(reason);
  };

  /** Those that have not logged in, by whose room they take up. */
  const startups = (): Map<string, Guest[]> => {
    const byPlace = new Map<string, Guest[]>();
    for (const guest of guests) {
      if (guest.admitted) continue;
      const same = byPlace.get(guest.place);
      if (same === undefined) byPlace.set(guest.place, [guest]);
      else same.push(guest);
    }
    return byPlace;
  };

  /** Of the place that has most, the one that has waited longest, before it said anything if there is such a one. */
  const makeRoom = (byPlace: Map<string, Guest[]>, own: number): boolean => {
    const most = Math.max(0, ...[...byPlace.values()].map(({ length }) => length));
    const there = [...byPlace.values()].filter(({ length }) => length === most).flat();
    const silent = there.find(({ hasSpoken, since }) => !hasSpoken && now() - since >= SILENT_MS);
    const victim = silent ?? there[0];
    // Nobody who speaks makes room for one that would then hold as much.
    if (victim === undefined || most <= own || (silent === undefined && most === own + 1)) return false;
    guests.delete(victim);
    victim.evict();
    turnAway('evicted');
    return true;
  };

  const reasonAgainst = (peer: Caller, place: string): 'banned' | 'too-many' | 'early' | undefined => {
    if (bans.of(placeOf(peer.address))?.spares.length === 0) return 'banned';
    if (guests.size >= ENTRY_LIMITS.connections) return 'too-many';
    const byPlace = startups();
    const own = byPlace.get(place)?.length ?? 0;
    const all = [...byPlace.values()].reduce((sum, some) => sum + some.length, 0);
    if (!isShared(peer.address)) {
      // Not held against the address: a campus behind one has its busy minutes.
      const here = [...guests].filter((guest) => guest.place === place).length;
      if (here >= ENTRY_LIMITS.connectionsPerAddress || own >= ENTRY_LIMITS.startupsPerAddress) return 'too-many';
    }
    const isKnown = isShared(peer.address) || known.has(placeOf(peer.address));
    const { startups: full, startupsForKnown, startupsEarly } = ENTRY_LIMITS;
    const room = isKnown ? full : full - startupsForKnown;
    if (all >= room) return makeRoom(byPlace, own) ? undefined : 'too-many';
    // An address that holds fewer places than the others is not filling the door.
    const isAverage = (own + 1) * byPlace.size >= all;
    const isUnlucky = random() < (all - startupsEarly) / (room - startupsEarly);
    return !isKnown && isAverage && isUnlucky ? 'early' : undefined;
  };

  return {
    proxies,
    note,
    excuse,
    noteHeaderless: () => turnAway('no-header'),
    enter(peer, evict = () => undefined) {
      // Behind a shared address each connection may be somebody else's.
      const place = isShared(peer.address) ? `${peer.address} ${peer.port} ${peer.connection ?? ''}` : placeOf(peer.address);
      const reason = reasonAgainst(peer, place);
      if (reason !== undefined) {
        turnAway(reason);
        return undefined;
      }
      const guest: Guest = { caller: peer, place, evict, since: now(), hasSpoken: false, admitted: false, mayLeave: false };
      guests.add(guest);
      return {
        heard: () => void (guest.hasSpoken = true),
        silent: () => turnAway('silent'),
        admit() {
          guest.admitted = true;
          known.add(placeOf(peer.address));
          for (const oldest of known) {
            if (known.size <= MAX_KNOWN) break;
            known.delete(oldest);
          }
        },
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

const EVERY_MS = 60_000;

/** One line per minute: a flood should show in the log without filling it. */
function createTurnAwayLog(log: Log, clock: Clock): (reason: string) => void {
  let counts: Record<string, number> = {};
  let saidAt = -Infinity;
  return (reason) => {
    counts[reason] = (counts[reason] ?? 0) + 1;
    const now = clock.now().getTime();
    if (now - saidAt < EVERY_MS) return;
    log.warn('Connections were turned away before a log-in', counts);
    counts = {};
    saidAt = now;
  };
}
