// Records that want an e-mail or a user name which somebody holds: which of them can be written when all are written together, and in
// which order? Chains and swaps work in whatever order the lines come; a record whose wish nobody gives up cannot be, nor can those that
// wait for it.
//
// In a file that gives all its users new e-mails, every record has such a wish. So only fingerprints and numbers are kept, 100 bytes for each
// record: a million records fit beside everything else that a worker does.

import { fingerprint } from '../file/fingerprint';
import type { UserId } from '../ids';
import { grown } from '../number-lists';

export type UniqueField = 'email' | 'userName';

export interface Takeover {
  readonly userId: UserId;
  /** Unique values that the record takes, each with the user who holds it now (null = free, or held by this user itself). */
  readonly wants: readonly { readonly key: string; readonly holder: UserId | null }[];
  /** Unique values that this user holds now and gives up by the record. */
  readonly givesUp: readonly string[];
}

/** A key names the field and the value as compared: `email:…`, `userName:…`. */
export function fieldOf(key: string): UniqueField {
  return key.startsWith('email:') ? 'email' : 'userName';
}

const FIELDS: readonly UniqueField[] = ['email', 'userName'];
/** Each record has a slot for its e-mail and one for its user name. */
const SLOTS = 2;
const NONE = -1;

export class TakeoverPlan {
  #count = 0;
  /** 0 = none, in each of these. */
  #users = new BigUint64Array(1024);
  #wanted = new BigUint64Array(1024 * SLOTS);
  #holders = new BigUint64Array(1024 * SLOTS);
  #given = new BigUint64Array(1024 * SLOTS);
  /** By slot: the record that gives up what is wanted. */
  #givers = new Int32Array(0);
  /** By record: a bit for each field that stays with its holder. */
  #lost = new Uint8Array(0);
  /** By record: a bit for each field to be released right before the record is written. */
  #releases = new Uint8Array(0);

  get count(): number {
    return this.#count;
  }

  /** One a user. Records are numbered in the order in which they come. */
  add({ userId, wants, givesUp }: Takeover): void {
    if (this.#count === this.#users.length) this.#grow();
    const at = this.#count++;
    this.#users[at] = fingerprint(userId);
    for (const { key, holder } of wants) {
      if (holder === null) continue;
      this.#wanted[at * SLOTS + slotOf(key)] = fingerprint(key);
      this.#holders[at * SLOTS + slotOf(key)] = fingerprint(holder);
    }
    for (const key of givesUp) this.#given[at * SLOTS + slotOf(key)] = fingerprint(key);
  }

  /** To be asked once, behind the last `add`. `isFree` = somebody who is not in the plan gives the value up. */
  settle(isFree: (print: bigint) => boolean = () => false): void {
    const taker = this.#findGivers(isFree);
    this.#releases = new Uint8Array(this.#count);
    this.#spreadLoss(taker);
  }

  /** Fields whose wanted value stays with its holder; none = the record can be written. */
  lostBy(at: number): readonly UniqueField[] {
    return fieldsIn(this.#lost[at]!);
  }

  /** If takers form a circle, one has to begin: what to take from its holder right before this record is written. */
  releasesFor(at: number): readonly UniqueField[] {
    return fieldsIn(this.#releases[at]!);
  }

  /** Whether this user is the one who gives up what the record wants. */
  isGiver(at: number, field: UniqueField, userId: UserId): boolean {
    const giver = this.#givers[at * SLOTS + FIELDS.indexOf(field)]!;
    return giver !== NONE && this.#users[giver] === fingerprint(userId);
  }

  /** Fingerprint of the record's user. */
  userOf(at: number): bigint {
    return this.#users[at]!;
  }

  /** Fingerprints of the values that the record gives up. */
  *givenUpBy(at: number): Generator<{ readonly field: UniqueField; readonly print: bigint }> {
    for (const [slot, field] of FIELDS.entries()) {
      const print = this.#given[at * SLOTS + slot]!;
      if (print !== 0n) yield { field, print };
    }
  }

  /**
   * Those that can be written, the record that gives up a value before the one that takes it: depth first; a path that meets itself is a
   * circle. Without recursion: chains may be long.
   */
  *givenInOrder(): Generator<number> {
    const isSeen = new Uint8Array(this.#count);
    const isPlaced = new Uint8Array(this.#count);
    const next = new Uint8Array(this.#count);
    const path = new Int32Array(this.#count);
    for (let start = 0; start < this.#count; start++) {
      if (isSeen[start] === 1 || this.#lost[start] !== 0) continue;
      let depth = 0;
      path[0] = start;
      isSeen[start] = 1;
      while (depth >= 0) {
        const at = path[depth]!;
        const slot = next[at]!++;
        if (slot === SLOTS) {
          depth--;
          isPlaced[at] = 1;
          yield at;
          continue;
        }
        const giver = this.#givers[at * SLOTS + slot]!;
        if (giver === NONE || isPlaced[giver] === 1) continue;
        if (isSeen[giver] === 1) this.#releases[at]! |= 1 << slot;
        else {
          isSeen[giver] = 1;
          path[++depth] = giver;
        }
      }
    }
  }

  /** Returns which record waits for which: by record the first slot that waits for it, and by slot the next one. */
  #findGivers(isFree: (print: bigint) => boolean): { readonly first: Int32Array; readonly next: Int32Array } {
    const findUser = this.#indexUsers();
    const slots = this.#count * SLOTS;
    this.#givers = new Int32Array(slots).fill(NONE);
    this.#lost = new Uint8Array(this.#count);
    const first = new Int32Array(this.#count).fill(NONE);
    const next = new Int32Array(slots).fill(NONE);
    for (let slot = 0; slot < slots; slot++) {
      const wanted = this.#wanted[slot]!;
      if (wanted === 0n) continue;
      const giver = findUser(this.#holders[slot]!);
      if (giver !== NONE && this.#given[giver * SLOTS + (slot % SLOTS)] === wanted) {
        this.#givers[slot] = giver;
        next[slot] = first[giver]!;
        first[giver] = slot;
      } else if (!isFree(wanted)) this.#lost[Math.floor(slot / SLOTS)]! |= 1 << (slot % SLOTS);
    }
    // Asked no more.
    this.#wanted = new BigUint64Array(0);
    this.#holders = new BigUint64Array(0);
    return { first, next };
  }

  /** A record that counted on values of one that cannot be written cannot be written either. */
  #spreadLoss({ first, next }: { readonly first: Int32Array; readonly next: Int32Array }): void {
    const open = new Int32Array(this.#count);
    let last = 0;
    for (let at = 0; at < this.#count; at++) if (this.#lost[at] !== 0) open[last++] = at;
    while (last > 0) {
      const gone = open[--last]!;
      for (let slot = first[gone]!; slot !== NONE; slot = next[slot]!) {
        const taker = Math.floor(slot / SLOTS);
        if (this.#lost[taker] === 0) open[last++] = taker;
        this.#lost[taker]! |= 1 << (slot % SLOTS);
      }
    }
  }

  #indexUsers(): (print: bigint) => number {
    let size = 2;
    while (size < this.#count * 2) size *= 2;
    const table = new Int32Array(size).fill(NONE);
    const mask = BigInt(size - 1);
    const placeOf = (print: bigint): number => {
      let place = Number(print & mask);
      while (table[place] !== NONE && this.#users[table[place]!] !== print) place = (place + 1) % size;
      return place;
    };
    for (let at = 0; at < this.#count; at++) table[placeOf(this.#users[at]!)] = at;
    return (print) => table[placeOf(print)]!;
  }

  #grow(): void {
    this.#users = grown(this.#users);
    this.#wanted = grown(this.#wanted);
    this.#holders = grown(this.#holders);
    this.#given = grown(this.#given);
  }
}

function slotOf(key: string): number {
  return FIELDS.indexOf(fieldOf(key));
}

function fieldsIn(bits: number): readonly UniqueField[] {
  return bits === 0 ? [] : FIELDS.filter((_, slot) => (bits & (1 << slot)) !== 0);
}
