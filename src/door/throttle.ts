// How badly an address behaves, and how long an attempt has to wait. Pure: the moment is passed in. An address is banned for what it does;
// an account is never locked, only slowed down for places that it has not logged in from: else a stranger could shut a client out.

import { createHash } from 'node:crypto';

/** What is held against an address. */
export const POINTS = {
  'wrong-password': 1,
  'unknown-account': 2,
  /** Went away without having logged in, or was sent away for its slowness; more often than FREE_LOOKS. */
  'no-login': 1,
  /** Spoke something else than the protocol before it had logged in. */
  malformed: 5,
} as const;
export type Offence = keyof typeof POINTS;

const MINUTE_MS = 60_000;
export const BAN_AT_POINTS = 15;
export const SPAN_MS = 30 * MINUTE_MS;
/** Within a minute, of one address. Monitoring reads the banner and goes, again and again, and harms nobody. */
export const FREE_LOOKS = 10;

/** Mistyping a few times costs only the usual second. */
const FREE_FAILURES = 3;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;

export class Throttle {
  readonly #points = new SlidingSum(SPAN_MS);
  readonly #looks = new SlidingSum(MINUTE_MS);
  readonly #failures = new SlidingSum(SPAN_MS);

  /** Whether that was too much. The count then starts again: what follows is a ban, and after it a new chance. */
  note(place: string, offence: Offence, now: number): boolean {
    if (offence === 'no-login' && this.#looks.add(place, 1, now) <= FREE_LOOKS) return false;
    if (this.#points.add(place, POINTS[offence], now) < BAN_AT_POINTS) return false;
    this.#points.clear(place);
    return true;
  }

  pointsOf(place: string, now: number): number {
    return this.#points.of(place, now);
  }

  /** Before a password is looked at. `known` = the account has logged in from there lately. */
  delayMs(attempt: Attempt, now: number): number {
    const extra = this.#failures.of(keyOf(attempt), now) - FREE_FAILURES;
    return extra <= 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (extra - 1));
  }

  failed(attempt: Attempt, now: number): void {
    this.#failures.add(keyOf(attempt), 1, now);
  }

  succeeded(attempt: Attempt): void {
    // A stranger's success says nothing about the other strangers.
    if (attempt.known) this.#failures.clear(keyOf(attempt));
  }
}

export interface Attempt {
  readonly userName: string;
  readonly place: string;
  readonly known: boolean;
}

/** Unknown addresses share one limit per account, because one attacker may use many. A known address has its own limit. */
function keyOf({ userName, place, known }: Attempt): string {
  // What was typed may be anything, of any length, a password among it.
  return createHash('sha256')
    .update(known ? `${place} ${userName}` : userName)
    .digest('base64');
}

interface Noted {
  readonly at: number;
  readonly points: number;
}

const MAX_KEYS = 20_000;

/** Points by key over a span of time that slides along. Bounded: an attacker who invents keys makes us forget the oldest, not grow. */
export class SlidingSum {
  readonly #noted = new Map<string, Noted[]>();

  readonly #spanMs: number;
  readonly #maxKeys: number;

  constructor(spanMs: number, maxKeys = MAX_KEYS) {
    this.#spanMs = spanMs;
    this.#maxKeys = maxKeys;
  }

  /** The sum with these points. */
  add(key: string, points: number, now: number): number {
    const noted = [...this.#recent(key, now), { at: now, points }];
    // Put back at the end, so that the keys are in the order of last use.
    this.#noted.delete(key);
    this.#noted.set(key, noted);
    if (this.#noted.size > this.#maxKeys) this.#forgetOldest(now);
    return sum(noted);
  }

  of(key: string, now: number): number {
    return sum(this.#recent(key, now));
  }

  clear(key: string): void {
    this.#noted.delete(key);
  }

  get size(): number {
    return this.#noted.size;
  }

  #recent(key: string, now: number): Noted[] {
    return (this.#noted.get(key) ?? []).filter(({ at }) => now - at < this.#spanMs);
  }

  #forgetOldest(now: number): void {
    for (const [key, noted] of this.#noted) {
      const last = noted.at(-1);
      if (this.#noted.size <= this.#maxKeys && last !== undefined && now - last.at < this.#spanMs) return;
      this.#noted.delete(key);
    }
  }
}

function sum(noted: readonly Noted[]): number {
  return noted.reduce((total, { points }) => total + points, 0);
}
