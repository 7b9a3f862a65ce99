// A user as the import sees it: the stored fields, the marks that say which import and line did it, and a write to one with its outcome.

import type { FieldName } from './record/fields';
import type { ClientId, ImportId, UserId } from './ids';

/** Every field that is stored; `active` is a command to the import, not a value of the user. */
export type StoredFieldName = Exclude<FieldName, 'active'>;
/** Numbers for whole-number fields, text for all others (a date as `YYYY-MM-DD`). */
export type FieldValue = string | number;
export type FieldValues = Readonly<Partial<Record<StoredFieldName, FieldValue>>>;

export type WrittenDecision = 'create' | 'update' | 'archive' | 'reactivate';

/** Which import did the last change: what makes a repeated step recognise its own work. */
export interface Stamp {
  readonly importId: ImportId;
  readonly seq: number;
  readonly line: number;
  readonly decision: WrittenDecision;
}

/** Which import archived the user; `undone` = it had created the user, and was undone. */
export interface Archived {
  readonly importId: ImportId;
  readonly at: Date;
  readonly undone?: true;
}

/** Which import created the user. Undone, the user gave up what others may need. */
export interface Created {
  readonly importId: ImportId;
  readonly line: number;
  readonly at: Date;
  readonly undoneAt?: Date;
  readonly gaveUp?: Pick<FieldValues, 'email' | 'userName'>;
}

/** Which import was undone last on the user. It counts while nobody wrote the user since: then all is as it was at revision `backTo`. */
export interface Undone {
  readonly importId: ImportId;
  readonly at: Date;
  /** The user's behind the undoing. */
  readonly rev: number;
  readonly backTo: number;
}

/** Marks that a write replaces: undoing it brings them back. */
export interface FormerMarks {
  readonly imported?: Stamp;
  readonly archived?: Archived;
  /** Only one that is neither active nor archived. */
  readonly status?: User['status'];
}

export interface User {
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly uniqueId: string;
  readonly status: 'active' | 'archived';
  readonly rev: number;
  readonly values: FieldValues;
  /** Values of types that no file can hold, and a status that is not one of ours: they count for nothing, and an undo brings them back. */
  readonly foreign?: Readonly<Record<string, unknown>>;
  readonly imported?: Stamp;
  readonly created?: Created;
  readonly archived?: Archived;
  readonly undone?: Undone;
  readonly updatedAt?: Date;
}

/** Whether it is a mark of an import: the application may have stored anything under that name. */
export function isMark(mark: unknown): mark is { readonly importId: ImportId } {
  return typeof mark === 'object' && mark !== null && 'importId' in mark && typeof mark.importId === 'string';
}

/** As it is stored, of whatever type; null = nothing. */
export function storedValue({ values, foreign }: User, field: string): unknown {
  return values[field as StoredFieldName] ?? foreign?.[field] ?? null;
}

/** An import created the user and was undone: to the next file the user is as good as new. */
export function isCreationUndone({ status, archived }: Pick<User, 'status' | 'archived'>): boolean {
  return status === 'archived' && archived?.undone === true;
}

/** What the database keeps about one person outside `users`. Personal data throughout. */
export interface KeptOfPerson {
  readonly replacedValues: readonly object[];
  readonly rejectedRecords: readonly object[];
  /** Accepted records that waited for a value which another user held. */
  readonly deferredRecords: readonly object[];
  readonly leftByUndo: readonly object[];
}

/** One write to one user, with optimistic concurrency. `before` and `rev` are what the decision was made on. */
export type UserWrite =
  | { readonly kind: 'create'; readonly userId: UserId; readonly uniqueId: string; readonly line: number; readonly set: FieldValues }
  | {
      readonly kind: Exclude<WrittenDecision, 'create'>;
      readonly userId: UserId;
      readonly line: number;
      readonly rev: number;
      readonly set: FieldValues;
      readonly before: Readonly<Record<string, unknown>>;
      /** Marks of the user that the write replaces. */
      readonly former?: FormerMarks;
    };

/** raced = somebody wrote the user meanwhile; taken = another holds the e-mail or user name; refusedBy = an index or validator, by name. */
export type WriteOutcome = 'written' | 'raced' | 'taken' | { readonly refusedBy: string };

/** A user whose e-mail or user name another one has, too: the application wrote them so. */
export interface SharedValue {
  readonly userId: UserId;
  readonly field: 'email' | 'userName';
  readonly heldBy: UserId;
}
