// Records that want an e-mail or a user name which somebody holds: which of them can be written when all are written together?
// Chains and swaps work in whatever order the lines come; a record whose wish nobody gives up cannot be, nor can those that wait for it.

import type { UserId } from './ids';

export interface Takeover {
  readonly userId: UserId;
  /** Unique values that the record takes, each with the user who holds it now (null = free, or held by this user itself). */
  readonly wants: readonly { readonly key: string; readonly holder: UserId | null }[];
  /** Unique values that this user holds now and gives up by the record. */
  readonly givesUp: readonly string[];
}

export interface Settlement {
  readonly possible: readonly Takeover[];
  /** With the wanted keys that stay with their holders. */
  readonly impossible: readonly { readonly takeover: Takeover; readonly keys: readonly string[] }[];
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
  return {
    possible: takeovers.filter(({ userId }) => !lost.has(userId)),
    impossible: takeovers.filter(({ userId }) => lost.has(userId)).map((takeover) => ({ takeover, keys: lost.get(takeover.userId)! })),
  };
}
