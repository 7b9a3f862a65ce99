// The unique values that a record or a rejected record would take: its wishes. A key names the field and the value as compared.

import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import { isSome, reason, type Reason, type Reasons } from '../../src/domain/reason/reasons';

export type UniqueField = 'email' | 'userName';
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

export function fieldOf(key: string): UniqueField {
  return key.startsWith('email:') ? 'email' : 'userName';
}

/** Why a record is rejected whose wish somebody else holds. */
export function takenReason(field: UniqueField): Reason {
  return reason(field === 'email' ? '9019' : '9020', field);
}

/** The same of all that it cannot have. */
export function takenReasons(fields: readonly UniqueField[]): Reasons {
  const reasons = fields.map(takenReason);
  return isSome(reasons) ? reasons : [reason('NOT_STORED', null)];
}
