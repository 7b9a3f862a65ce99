// Who holds the e-mails and user names that records would take: what makes a takeover of a decision.

import type { Client } from '../../src/domain/client';
import { userIdOf, type ClientId, type UserId } from '../../src/domain/ids';
import type { Reasons } from '../../src/domain/reason/reasons';
import type { CheckedRecord, Decision } from '../../src/domain/record/record';
import { fieldOf, type Takeover, type UniqueField } from '../../src/domain/decide/takeover-plan';
import type { UserStore } from '../../src/ports';
import { keyOf, someReasons, takenFrom, wishesOf, type Wish } from '../apply/wishes';

type Users = Pick<UserStore, 'holders'>;
type HolderOf = (key: string) => UserId | undefined;

export async function holdersOf(users: Users, clientId: ClientId, wishes: readonly Wish[]): Promise<HolderOf> {
  if (wishes.length === 0) return () => undefined;
  const emails = wishes.filter(({ field }) => field === 'email').map(({ value }) => value);
  const userNames = wishes.filter(({ field }) => field === 'userName').map(({ value }) => value);
  const held = await users.holders(clientId, { emails, userNames });
  const byKey = new Map<string, UserId>();
  for (const [email, userId] of held.emails) byKey.set(keyOf('email', email), userId);
  for (const [userName, userId] of held.userNames) byKey.set(keyOf('userName', userName), userId);
  return (key) => byKey.get(key);
}

/** One takeover per decision, in their order. A decision that writes nothing wants nothing. */
export async function takeoversOf(
  users: Users,
  clientId: ClientId,
  decisions: readonly { readonly record: CheckedRecord; readonly decision: Decision }[],
): Promise<readonly Takeover[]> {
  const wishes = decisions.map(({ record, decision }) => ({
    userId: userIdOf(clientId, record.uniqueId),
    wants: wishesOf('set' in decision ? decision.set : {}),
    givesUp: wishesOf('before' in decision ? decision.before : {}).map(({ key }) => key),
  }));
  const holderOf = await holdersOf(
    users,
    clientId,
    wishes.flatMap(({ wants }) => wants),
  );
  return wishes.map(({ userId, wants, givesUp }) => ({
    userId,
    givesUp,
    wants: wants.map(({ key }) => ({ key, holder: otherThan(userId, holderOf(key)) })),
  }));
}

/** Why the record of a takeover is rejected for whose fields the wanted values stay with their holders. */
export function takenReasons({ wants }: Pick<Takeover, 'wants'>, fields: readonly UniqueField[], client: Client): Reasons {
  return someReasons(fields.map((field) => takenFrom(wants.find(({ key }) => fieldOf(key) === field)?.holder ?? null, field, client)));
}

export function otherThan(userId: UserId, holder: UserId | undefined): UserId | null {
  return holder === undefined || holder === userId ? null : holder;
}
