// Takes from their holders the values that a batch is about to be written with, where takers go round in a circle. Nobody guards a
// released value, so it goes back to its holder when the batch is over and did not take it.

import type { ClientId, UserId } from '../../src/domain/ids';
import type { UserStore } from '../../src/ports';
import { holdersOf, otherThan } from '../plan/takeovers';
import type { Wish } from '../apply/wishes';
import type { Due } from './settle-in-parts';

interface Taker {
  readonly userId: UserId;
  readonly due: Due;
  readonly wants: readonly Wish[];
}

type Users = Pick<UserStore, 'holders' | 'releaseKeys' | 'restoreKeys'>;

export async function withReleasedKeys<T>(users: Users, clientId: ClientId, takers: readonly Taker[], write: () => Promise<T>): Promise<T> {
  const circles = takers.filter(({ due }) => due.releases.length > 0);
  if (circles.length === 0) return write();
  const wanted = circles.flatMap(({ wants, due }) => wants.filter(({ field }) => due.releases.includes(field)));
  const holderOf = await holdersOf(users, clientId, wanted);
  const releases = circles.flatMap(({ userId, wants, due }) =>
    wants.flatMap(({ field, key }) => {
      const holder = otherThan(userId, holderOf(key));
      // Meanwhile it may be held by somebody who keeps it.
      return holder !== null && due.releases.includes(field) && due.isGiver(field, holder) ? [{ userId: holder, fields: [field] }] : [];
    }),
  );
  try {
    await users.releaseKeys(releases);
    return await write();
  } finally {
    // Also when the step is cancelled: it may be long until a retry comes to it.
    await users.restoreKeys(releases.map(({ userId }) => userId));
  }
}
