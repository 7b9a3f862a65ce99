// One write to one user, and its outcome.

import type { UserId } from './ids';
import type { FieldValues, FormerMarks, WrittenDecision } from './user';

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

/**
 * written; raced = somebody else wrote the user meanwhile, decide again; taken = another user holds the e-mail or user name; refusedBy = an
 * index or a validator of the application refuses the document, named for operators.
 */
export type WriteOutcome = 'written' | 'raced' | 'taken' | { readonly refusedBy: string };

/** A user whose e-mail or user name another one has, too: the application wrote them so. */
export interface SharedValue {
  readonly userId: UserId;
  readonly field: 'email' | 'userName';
  readonly heldBy: UserId;
}
