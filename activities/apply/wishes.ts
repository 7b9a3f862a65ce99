// The unique values that a record or a rejected record would take: its wishes. A key names the field and the value as compared.

import type { Client } from '../../src/domain/client';
import { headerFor } from '../../src/domain/client/profiles';
import { uniqueIdOf, type UserId } from '../../src/domain/ids';
import type { UniqueField } from '../../src/domain/decide/takeover-plan';
import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import { isSome, reason, takenReason, type Reason, type Reasons } from '../../src/domain/reason/reasons';

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
export function takenFrom(holder: UserId | null, field: UniqueField, { settings }: Pick<Client, 'settings'>): Reason {
  return takenReason(field, headerFor(settings, field), holder === null ? undefined : uniqueIdOf(holder));
}

/** No record is rejected without a reason. */
export function someReasons(reasons: readonly Reason[]): Reasons {
  return isSome(reasons) ? reasons : [reason('NOT_STORED', null)];
}
