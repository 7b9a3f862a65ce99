// E-mails and user names that records would take: their wishes, who holds them, and what makes a takeover of a decision.

import type { Client } from '../../src/domain/client';
import { userIdOf, type ClientId, type UserId, uniqueIdOf } from '../../src/domain/ids';
import { type Reasons, type Reason, isSome, namesHolder, reason, takenReason } from '../../src/domain/reason/reasons';
import type { CheckedRecord, Decision, RejectedRecord } from '../../src/domain/record/record';
import { fieldOf, type Takeover, type UniqueField } from '../../src/domain/decide/takeover-plan';
import type { UserStore } from '../../src/ports';
import { headerFor } from '../../src/domain/client/profiles';
import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import type { Due } from './settle-in-parts';

/** A unique value that a record or a rejected record would take. A key names the field and the value as compared. */
export interface Wish {
  readonly field: UniqueField;
  readonly value: string;
  readonly key: string;
}

export function wishesOf(values: { readonly email?: unknown; readonly userName?: unknown }): readonly Wish[] {
  return [...wish('email', values.email), ...wish('userName', values.userName)];
}

function wish(field: UniqueField, value: unknown): readonly Wish[] {
  return typeof value === 'string' ? [{ field, value, key: keyOf(field, value) }] : [];
}

export function keyOf(field: UniqueField, value: string): string {
  return field === 'email' ? `email:${emailKeyOf(value)}` : `userName:${userNameKeyOf(value)}`;
}

/** Why a record is rejected whose wish somebody else holds; `holder` null = nobody knows any more who. */
function takenFrom(holder: UserId | null, field: UniqueField, { settings }: Pick<Client, 'settings'>): Reason {
  return takenReason(field, headerFor(settings, field), holder === null ? undefined : uniqueIdOf(holder));
}

/** No record is rejected without a reason. */
function someReasons(reasons: readonly Reason[]): Reasons {
  return isSome(reasons) ? reasons : [reason('NOT_STORED', null)];
}

type Users = Pick<UserStore, 'holders'>;
type HolderOf = (key: string) => UserId | undefined;

async function holdersOf(users: Users, clientId: ClientId, wishes: readonly Wish[]): Promise<HolderOf> {
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
  const exchanges = decisions.map(({ record, decision }) => ({
    userId: userIdOf(clientId, record.uniqueId),
    wants: wishesOf('set' in decision ? decision.set : {}),
    givesUp: wishesOf('before' in decision ? decision.before : {}),
  }));
  return withHolders(users, clientId, exchanges);
}

/** What a user is to get, and gives up for it. */
export interface Exchange {
  readonly userId: UserId;
  readonly wants: readonly Wish[];
  readonly givesUp: readonly Wish[];
}

export async function withHolders(users: Users, clientId: ClientId, exchanges: readonly Exchange[]): Promise<readonly Takeover[]> {
  const holderOf = await holdersOf(
    users,
    clientId,
    exchanges.flatMap(({ wants }) => wants),
  );
  return exchanges.map(({ userId, wants, givesUp }) => ({
    userId,
    givesUp: givesUp.map(({ key }) => key),
    wants: wants.map(({ key }) => ({ key, holder: otherThan(userId, holderOf(key)) })),
  }));
}

/** Why the record of a takeover is rejected for whose fields the wanted values stay with their holders. */
export function takenReasons({ wants }: Pick<Takeover, 'wants'>, fields: readonly UniqueField[], client: Client): Reasons {
  return someReasons(fields.map((field) => takenFrom(wants.find(({ key }) => fieldOf(key) === field)?.holder ?? null, field, client)));
}

function otherThan(userId: UserId, holder: UserId | undefined): UserId | null {
  return holder === undefined || holder === userId ? null : holder;
}

/** Of records that are rejected for another reason: the client is told both. In their order. `holds` = whether a holder counts. */
export async function missingTakenReasons(
  users: Pick<UserStore, 'holders'>,
  client: Client,
  rejected: readonly RejectedRecord[],
  holds: (key: string, holder: UserId) => boolean = () => true,
): Promise<readonly (readonly Reason[])[]> {
  const { clientId } = client;
  const holderOf = await holdersOf(
    users,
    clientId,
    rejected.flatMap(({ claims }) => wishesOf(claims)),
  );
  return rejected.map(({ uniqueId, reasons, claims }) =>
    wishesOf(claims).flatMap(({ key, field }) => {
      const holder = otherThan(userIdOf(clientId, uniqueId), holderOf(key));
      if (holder === null || !holds(key, holder)) return [];
      const taken = takenFrom(holder, field, client);
      return reasons.some((known) => known.code === taken.code && namesHolder(known, uniqueIdOf(holder))) ? [] : [taken];
    }),
  );
}

interface Taker {
  readonly userId: UserId;
  readonly due: Due;
  readonly wants: readonly Wish[];
}

type KeyUsers = Pick<UserStore, 'holders' | 'releaseKeys' | 'restoreKeys'>;

/** Takes keys from holders who go round in a circle with the takers. Nobody guards them, so what the batch did not take goes back. */
export async function withReleasedKeys<T>(
  users: KeyUsers,
  clientId: ClientId,
  takers: readonly Taker[],
  write: () => Promise<T>,
): Promise<T> {
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
