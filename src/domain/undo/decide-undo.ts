// What undoing an import does to one user. Only what the import itself left behind is taken back: a user that anybody else changed
// since is left alone, whether they say so (another import's stamp, a higher revision) or not (values that are no longer ours). Pure.

import type { ImportId } from '../ids';
import type { UndoneAs, UserChange, WhyLeft } from './undo';
import {
  storedValue,
  type Archived,
  type Created,
  type FieldValue,
  type FieldValues,
  type Stamp,
  type StoredFieldName,
  type User,
} from '../user';

/** What is written to the user, absolute, on revision `rev`. */
export interface Restore {
  readonly rev: number;
  /** The revision whose state this brings back. */
  readonly backTo: number;
  readonly set: FieldValues;
  readonly unset: readonly StoredFieldName[];
  /** null = unchanged. */
  readonly status: User['status'] | null;
  /** Goes with status `archived`. */
  readonly archived: Archived | null;
  /** The stamp that was there before the import; null = none. */
  readonly imported: Stamp | null;
  /** What a created user gives up, kept for provenance; null = the user was not created by the import. */
  readonly gaveUp: Created['gaveUp'] | null;
}

export type UndoDecision =
  | { readonly kind: 'restore'; readonly as: UndoneAs; readonly restore: Restore }
  /** An earlier attempt did it. */
  | { readonly kind: 'done'; readonly as: UndoneAs }
  /** The import was about to write the user and never did. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'left'; readonly why: WhyLeft; readonly by: ImportId | null };

const UNDONE_AS = { update: 'restored', archive: 'madeActive', reactivate: 'archivedAgain' } as const;
const STATUS_LEFT = { update: null, archive: 'archived', reactivate: 'active' } as const;

/** A user that the import changed. */
export function decideUndo(change: UserChange, user: User | undefined, at: Date): UndoDecision {
  const { importId, decision, rev } = change;
  // Noted when it was done: others may have changed the user since, and been undone, too.
  if (change.undoneAt !== undefined && (user === undefined || !isStampedBy(user, importId, change.line)))
    return { kind: 'done', as: UNDONE_AS[decision] };
  if (user === undefined) return { kind: 'left', why: 'USER_GONE', by: null };
  if (user.undone?.importId === importId) return { kind: 'done', as: UNDONE_AS[decision] };
  if (!isStampedBy(user, importId, change.line))
    return standingRev(user) === rev && hasFormer(user, change) ? NOTHING : changed(user, importId, change);
  if (standingRev(user) !== rev + 1 || !isAsLeft(user, change)) return changed(user, importId, change);
  return { kind: 'restore', as: UNDONE_AS[decision], restore: restoreOf(change, user, at) };
}

/** A user that the import created: archived, and its e-mail and user name become free. */
export function decideUndoOfCreation(importId: ImportId, user: User | undefined, at: Date): UndoDecision {
  if (user === undefined) return { kind: 'left', why: 'USER_GONE', by: null };
  const isUndone = user.undone?.importId === importId || (user.created?.importId === importId && user.created.undoneAt !== undefined);
  if (isUndone) return { kind: 'done', as: 'archived' };
  const line = user.created?.line ?? 0;
  if (!isStampedBy(user, importId, line) || standingRev(user) !== 1 || !hasStatus(user, 'active') || isTouched(user))
    return changed(user, importId);
  const gaveUp = gaveUpOf(user.values);
  const unset = Object.keys(gaveUp) as StoredFieldName[];
  const archived = { importId, at, undone: true } as const;
  return {
    kind: 'restore',
    as: 'archived',
    restore: { rev: user.rev, backTo: 0, set: {}, unset, status: 'archived', archived, imported: null, gaveUp },
  };
}

const NOTHING: UndoDecision = { kind: 'nothing' };

function changed(user: User, importId: ImportId, change?: UserChange): UndoDecision {
  const by = user.imported?.importId;
  // The stamp of an import before ours says nothing of who came after.
  if (by === undefined || by === importId || by === change?.former?.imported?.importId)
    return { kind: 'left', why: 'CHANGED_SINCE', by: null };
  return { kind: 'left', why: 'CHANGED_BY_IMPORT', by };
}

/** A user whose later changes were all undone stands where it stood before them. */
function standingRev({ rev, undone }: User): number {
  return undone?.rev === rev ? undone.backTo : rev;
}

function isStampedBy({ imported }: User, importId: ImportId, line: number): boolean {
  return imported?.importId === importId && imported.line === line;
}

function isAsLeft(user: User, { decision, after }: UserChange): boolean {
  const status = STATUS_LEFT[decision];
  if (status !== null && !hasStatus(user, status)) return false;
  return (Object.keys(after) as StoredFieldName[]).every((field) => user.values[field] === after[field]);
}

/** A status of the application's own counts as active everywhere else; here it says that somebody changed the user. */
function hasStatus({ status, foreign }: User, left: User['status']): boolean {
  return status === left && foreign?.['status'] === undefined;
}

function hasFormer(user: User, { before }: UserChange): boolean {
  return Object.entries(before).every(([field, value]) => isSameValue(storedValue(user, field), value));
}

/** Values that the application stored may be of any type; a date and its text are not the same. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  const there = Object.entries(b);
  return Object.keys(a).length === there.length && there.every(([key, value]) => isSameValue((a as Record<string, unknown>)[key], value));
}

/** A creation keeps no values to compare with, but an application that does not count revisions may still record the time of its change. */
function isTouched({ rev, created, undone, updatedAt }: User): boolean {
  const ours = undone?.rev === rev ? undone.at : created?.at;
  return updatedAt?.getTime() !== ours?.getTime();
}

function restoreOf({ importId, decision, rev, before, former }: UserChange, user: User, at: Date): Restore {
  const set: Partial<Record<StoredFieldName, FieldValue>> = {};
  const unset: StoredFieldName[] = [];
  for (const [field, value] of Object.entries(before) as [StoredFieldName, unknown][]) {
    if (value === null) unset.push(field);
    else set[field] = value as FieldValue;
  }
  const status = decision === 'archive' ? (former?.status ?? 'active') : decision === 'reactivate' ? 'archived' : null;
  return {
    rev: user.rev,
    backTo: rev,
    set,
    unset,
    status,
    archived: status === 'archived' ? (former?.archived ?? { importId, at }) : null,
    imported: former?.imported ?? null,
    gaveUp: null,
  };
}

function gaveUpOf({ email, userName }: FieldValues): NonNullable<Created['gaveUp']> {
  return { ...(email !== undefined && { email }), ...(userName !== undefined && { userName }) };
}
