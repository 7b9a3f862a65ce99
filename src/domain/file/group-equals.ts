// Groups numbered things that are equal, such as records with one e-mail, in linear time and a few bytes each: a hash table of numbers
// and, only when there are equals at all, a chain through the members of each group.

export interface Groups {
  /** The first member of the thing's group; the thing itself when it has no equal. */
  headOf(thing: number): number;
  /** Members in ascending order. */
  membersOf(thing: number): Iterable<number>;
  sizeOf(thing: number): number;
  /** Whether any member of the thing's group conflicts with the first one. */
  isConflict(thing: number): boolean;
}

interface Grouping {
  /** Things are numbered from 0 to count - 1. */
  readonly count: number;
  /** 32 evenly spread bits, equal for equal things. */
  readonly low: (thing: number) => number;
  readonly isSame: (a: number, b: number) => boolean;
  readonly takesPart: (thing: number) => boolean;
  readonly conflict: (head: number, member: number) => boolean;
}

/** What would keep a process to itself for seconds, with millions of things: it stops now and then, so that others have their turn. */
export type InSteps<Result> = Generator<undefined, Result>;

/** Things looked at in a step: a few hundredths of a second. */
export const PER_STEP = 1 << 16;

const CONFLICT = 0x8000_0000;

export function* groupEquals({ count, low, isSame, takesPart, conflict }: Grouping): InSteps<Groups> {
  const mask = tableSize(count) - 1;
  // Everywhere: a number + 1, so that 0 means "none". The table holds the last member of each group.
  const table = new Uint32Array(mask + 1);
  let head: Uint32Array | undefined;
  let next: Uint32Array | undefined;
  /** By head: how many, and the conflict bit. */
  let size: Uint32Array | undefined;

  for (let thing = 0; thing < count; thing++) {
    if (thing % PER_STEP === 0) yield;
    if (!takesPart(thing)) continue;
    let slot = low(thing) & mask;
    let entry = table[slot]!;
    while (entry !== 0 && !isSame(entry - 1, thing)) {
      slot = (slot + 1) & mask;
      entry = table[slot]!;
    }
    table[slot] = thing + 1;
    if (entry === 0) continue;
    head ??= new Uint32Array(count);
    next ??= new Uint32Array(count);
    size ??= new Uint32Array(count);
    const last = entry - 1;
    if (head[last] === 0) {
      head[last] = last + 1;
      size[last] = 1;
    }
    const first = head[last]! - 1;
    head[thing] = first + 1;
    next[last] = thing + 1;
    size[first] = (size[first]! + 1) | (conflict(first, thing) ? CONFLICT : 0);
  }

  const headOf = (thing: number): number => {
    const found = head?.[thing] ?? 0;
    return found === 0 ? thing : found - 1;
  };
  return {
    headOf,
    *membersOf(thing) {
      let member = headOf(thing) + 1;
      while (member !== 0) {
        yield member - 1;
        member = next?.[member - 1] ?? 0;
      }
    },
    sizeOf: (thing) => (size?.[headOf(thing)] ?? 0) & ~CONFLICT || 1,
    isConflict: (thing) => ((size?.[headOf(thing)] ?? 0) & CONFLICT) !== 0,
  };
}

/** A power of two that `count` things fill to 80 % at most. */
function tableSize(count: number): number {
  let size = 16;
  while (size * 0.8 < count) size *= 2;
  return size;
}
