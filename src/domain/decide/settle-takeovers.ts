// Records that want an e-mail or a user name which somebody holds: which of them can be written when all are written together?
// Chains and swaps work in whatever order the lines come; a record whose wish nobody gives up cannot be, nor can those that wait for it.

import type { UserId } from '../ids';

export interface Takeover {
  readonly userId: UserId;
  /** Unique values that the record takes, each with the user who holds it now (null = free, or held by this user itself). */
  readonly wants: readonly { readonly key: string; readonly holder: UserId | null }[];
  /** Unique values that this user holds now and gives up by the record. */
  readonly givesUp: readonly string[];
}

export interface Settlement {
  /** In the order in which to write them: whoever gives up a value before whoever takes it. */
  readonly possible: readonly Takeover[];
  /** Where takers go round in a circle, one value of it is to be released before `taker` is written. */
  readonly releases: readonly Release[];
  /** With the wanted keys that stay with their holders. */
  readonly impossible: readonly { readonly takeover: Takeover; readonly keys: readonly string[] }[];
}

export interface Release {
  readonly taker: UserId;
  readonly holder: UserId;
  readonly key: string;
}

/** One takeover per user. Linear in the number of wishes. */
export function settleTakeovers(takeovers: readonly Takeover[]): Settlement {
  const byUser = new Map(takeovers.map((takeover) => [takeover.userId, takeover]));
  const waitingFor = new Map<UserId, Takeover[]>();
  for (const takeover of takeovers) {
    for (const { holder } of takeover.wants) {
      if (holder !== null) waitingFor.set(holder, [...(waitingFor.get(holder) ?? []), takeover]);
    }
  }
  const lost = new Map<UserId, string[]>();
  const isGivenUp = (key: string, holder: UserId) => !lost.has(holder) && byUser.get(holder)?.givesUp.includes(key) === true;
  const toCheck = [...takeovers];
  for (let takeover = toCheck.pop(); takeover !== undefined; takeover = toCheck.pop()) {
    const keys = takeover.wants.filter(({ key, holder }) => holder !== null && !isGivenUp(key, holder)).map(({ key }) => key);
    if (keys.length === 0) continue;
    const isNew = !lost.has(takeover.userId);
    lost.set(takeover.userId, keys);
    // Whoever counted on this user's values must look again.
    if (isNew) toCheck.push(...(waitingFor.get(takeover.userId) ?? []));
  }
  const { possible, releases } = giversFirst(
    takeovers.filter(({ userId }) => !lost.has(userId)),
    byUser,
  );
  return {
    possible,
    releases,
    impossible: takeovers.filter(({ userId }) => lost.has(userId)).map((takeover) => ({ takeover, keys: lost.get(takeover.userId)! })),
  };
}

/** Each holder in front of its takers, depth first; a path that meets itself is a circle. Without recursion: chains may be long. */
function giversFirst(possible: readonly Takeover[], byUser: ReadonlyMap<UserId, Takeover>): Pick<Settlement, 'possible' | 'releases'> {
  const ordered: Takeover[] = [];
  const releases: Release[] = [];
  const seen = new Map<UserId, 'on the path' | 'placed'>();
  const path: { readonly takeover: Takeover; next: number }[] = [];
  const enter = (takeover: Takeover) => {
    seen.set(takeover.userId, 'on the path');
    path.push({ takeover, next: 0 });
  };
  for (const start of possible) {
    if (!seen.has(start.userId)) enter(start);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { takeover } = last;
      const want = takeover.wants[last.next++];
      if (want === undefined) {
        path.pop();
        seen.set(takeover.userId, 'placed');
        ordered.push(takeover);
      } else if (want.holder !== null) {
        const holder = seen.get(want.holder);
        if (holder === undefined) enter(byUser.get(want.holder)!);
        if (holder === 'on the path') releases.push({ taker: takeover.userId, holder: want.holder, key: want.key });
      }
    }
  }
  return { possible: ordered, releases };
}
