// What keeps e-mails and user names apart: a key per value and client under a unique index. The key, not the value, is what a user
// holds, so that users who swap values can give up theirs first. The application may write a value without its key: see `key-holders.ts`.

import { emailKeyOf, userNameKeyOf } from '../../../domain/record/claims';
import type { ClientId, UserId } from '../../../domain/ids';
import type { FieldValues } from '../../../domain/user';
import type { UserDocument } from '../documents';

export type KeyedField = 'email' | 'userName';
type KeyName = 'emailKey' | 'userNameKey';
/** The application may have stored anything under these names. */
export type KeyedUser = { readonly _id: UserId } & { readonly [N in KeyedField | KeyName]?: unknown };

export const KEYED_FIELDS = ['email', 'userName'] as const satisfies readonly KeyedField[];
export const KEY_OF = { email: 'emailKey', userName: 'userNameKey' } as const satisfies Record<KeyedField, KeyName>;
export const KEYED_VALUES = { email: 1, userName: 1, emailKey: 1, userNameKey: 1 };

const COMPARABLE = { email: emailKeyOf, userName: userNameKeyOf };

/** The key that goes with a value; undefined when it is not one that could be unique. */
export function keyOf(clientId: ClientId, field: KeyedField, value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? `${clientId}/${COMPARABLE[field](value)}` : undefined;
}

/** The key that the user should hold, by the value as it is stored. */
export function keyOfStored(user: KeyedUser, field: KeyedField): string | undefined {
  return keyOf(user._id.slice(0, user._id.indexOf('/')) as ClientId, field, user[field]);
}

/** The keys that go with these values. */
export function uniqueKeys(clientId: ClientId, values: Pick<FieldValues, KeyedField>): Pick<UserDocument, KeyName> {
  const emailKey = keyOf(clientId, 'email', values.email);
  const userNameKey = keyOf(clientId, 'userName', values.userName);
  return { ...(emailKey !== undefined && { emailKey }), ...(userNameKey !== undefined && { userNameKey }) };
}
