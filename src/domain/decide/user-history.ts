// Who did what to a user, told from what imports left behind: the stamps on the user and the values they replaced. Pure.

import type { ImportId } from '../ids';
import type { UserChange } from '../undo/undo';
import type { FieldValue, StoredFieldName, User, WrittenDecision } from '../user';

export interface FieldChange {
  readonly field: string;
  /** null = none. */
  readonly old: FieldValue | null;
  readonly new: FieldValue | null;
}

export interface UserEvent {
  readonly did: WrittenDecision | 'undo';
  /** The import that did it, or that was undone. */
  readonly importId: ImportId;
  readonly line: number | null;
  readonly at: Date | null;
  /** null = the values have expired, or cannot be told any more. */
  readonly fields: readonly FieldChange[] | null;
}

/** Newest last. What came before the values expired may be missing. */
export function userHistory(user: User, changes: readonly UserChange[]): readonly UserEvent[] {
  const events = [...creationOf(user, changes), ...expiredOf(user, changes), ...changes.flatMap(eventsOf)];
  // Stable, so that what happened in the same millisecond stays in the order of revisions.
  return events.toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
}

function eventsOf({ importId, line, decision, before, after, at, undoneAt }: UserChange): UserEvent[] {
  const fields = Object.entries(after).map(([field, value]) => ({ field, old: shown(before[field]), new: value }));
  const event: UserEvent = { did: decision, importId, line, at, fields };
  if (undoneAt === undefined) return [event];
  return [event, { did: 'undo', importId, line, at: undoneAt, fields: fields.map((one) => ({ ...one, old: one.new, new: one.old })) }];
}

/** The application may have stored anything. */
function shown(value: unknown): FieldValue | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}

function creationOf(user: User, changes: readonly UserChange[]): UserEvent[] {
  if (user.created === undefined) return [];
  const { importId, line, at, undoneAt, gaveUp = {} } = user.created;
  const created: UserEvent = { did: 'create', importId, line, at, fields: createdFields(user, changes) };
  if (undoneAt === undefined) return [created];
  const fields = Object.entries(gaveUp).map(([field, value]) => ({ field, old: value, new: null }));
  return [created, { did: 'undo', importId, line, at: undoneAt, fields }];
}

/** The values that a user was created with: the present ones, minus what was changed since. */
function createdFields(user: User, changes: readonly UserChange[]): readonly FieldChange[] | null {
  const { undoneAt, gaveUp } = user.created!;
  const first = changes[0]?.rev ?? user.rev;
  // A revision that nobody told us of: the application's, or one whose values have expired.
  if (first !== 1 && !(undoneAt !== undefined && first === 2)) return null;
  const undone = [{ undoneAt }, ...changes].filter((one) => one.undoneAt !== undefined).length;
  if (user.rev > 1 + changes.length + undone && user.rev !== user.undone?.rev) return null;
  const values: Partial<Record<StoredFieldName, FieldValue | null>> = { ...user.values };
  for (const { before } of changes.toReversed()) {
    for (const [field, value] of Object.entries(before)) values[field as StoredFieldName] = shown(value);
  }
  return Object.entries({ ...values, ...gaveUp })
    .filter((entry): entry is [string, FieldValue] => entry[1] !== null)
    .map(([field, value]) => ({ field, old: null, new: value }));
}

/** Imports whose stamp the user carries, though the values they replaced are gone. */
function expiredOf({ imported, archived }: User, changes: readonly UserChange[]): UserEvent[] {
  const isKnown = (importId: ImportId) => changes.some((change) => change.importId === importId);
  const expired: UserEvent[] = [];
  if (archived !== undefined && archived.undone !== true && !isKnown(archived.importId)) {
    expired.push({ did: 'archive', importId: archived.importId, line: null, at: archived.at, fields: null });
  }
  if (imported !== undefined && imported.decision !== 'create' && !isKnown(imported.importId) && imported.importId !== archived?.importId) {
    expired.push({ did: imported.decision, importId: imported.importId, line: imported.line, at: null, fields: null });
  }
  return expired;
}
