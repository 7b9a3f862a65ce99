// A record on its way from text to user: raw row -> checked record -> decision, or rejection.

import type { FieldName } from './fields';
import type { ImportId } from '../ids';
import type { Reason, Reasons } from '../reason/reasons';
import type { FieldValues, Stamp, User } from '../user';

/** Text of one CSV record. `problem` = the parser could not read it as cells; then `cells` holds what it could. */
export interface RawRow {
  /** Physical line of the file on which the record starts; the header is line 1. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly problem?: 'QUOTE_MISPLACED';
  /** The line stood inside a quoted value that ran over it. */
  readonly swallowed?: Swallowed;
}

/** Lines of the file that were read as one record. */
export interface Swallowed {
  readonly from: number;
  readonly to: number;
}

/** What a column of the file means: a field, one of our own report columns, or an unknown column that is skipped. */
export type Column =
  | { readonly kind: 'field'; readonly field: FieldName; readonly header: string }
  | { readonly kind: 'ours' | 'ignored'; readonly header: string };

/** What belongs to one user of a client at a time: the e-mail (in any case) and the user name that a record names. */
export interface Claims {
  readonly email?: string;
  readonly userName?: string;
}

/** A raw row after validation: the fields that could be read, and every reason against it that needs no database. */
export interface CheckedRecord {
  readonly line: number;
  /** Empty when missing or when the row could not be read as cells. */
  readonly uniqueId: string;
  /** Never the unique id: that is who the user is, not what is stored about them. */
  readonly values: FieldValues;
  readonly active: '0' | '1' | null;
  readonly reasons: readonly Reason[];
  /** Text of an e-mail or user name cell that was rejected: it counts as a claim all the same (see `claimOf`). */
  readonly claims?: Claims;
  /** Only words as its unique id, where others fill more: a heading, unless there is such a user. */
  readonly isHeading?: true;
}

/** What the inspection of the whole file says of one record: it repeats an earlier one, or conflicts with others. */
export interface FileMark {
  readonly line: number;
  readonly repeats: boolean;
  readonly reasons: readonly Reason[];
  /** A reason only if the record would make a new user. */
  readonly ifNew?: Reason;
}

/** What a record does to the world. Pure data: the store carries it out. */
export type Decision =
  | { readonly kind: 'create'; readonly set: FieldValues }
  | {
      readonly kind: 'update' | 'archive' | 'reactivate';
      /** Only fields that differ from the stored ones. */
      readonly set: FieldValues;
      /** The values that `set` replaces; null = the user had none. */
      readonly before: Readonly<Record<string, unknown>>;
      readonly user: User;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'superseded' }
  /** An earlier attempt of this import already did it; count it as that decision. */
  | { readonly kind: 'done'; readonly stamp: Stamp }
  | { readonly kind: 'reject'; readonly reasons: Reasons };

/** A decision with what it costs beside the user itself. */
export interface Decided {
  readonly decision: Decision;
  /** The record says active=0 of an archived (or now archived) user: permits it still holds are to be released. */
  readonly releasePermits: boolean;
  /** active=0 while archiveOnInactive is off. */
  readonly inactiveIgnored: boolean;
}

export interface DecideContext {
  readonly importId: ImportId;
  readonly seq: number;
  readonly archiveOnInactive: boolean;
  readonly reactivateOnActive: boolean;
  readonly requiredFields: readonly FieldName[];
  /** What the client's files call a field; undefined = as the OPS-COM table does. */
  readonly nameOf?: (field: FieldName) => string;
  /** There is no such user, but one whose unique id differs from the record's in zeros only: that user's id. */
  readonly zeroTwin?: string;
  /** A newer import that was applied contained this user. */
  readonly superseded: boolean;
}

/** As it is kept for the failed-records file and for support. */
export interface RejectedRecord {
  readonly line: number;
  readonly uniqueId: string;
  readonly reasons: Reasons;
  /** The cells as sent. */
  readonly cells: readonly string[];
  /** E-mail and user name that the record would have taken: looked at again when all accepted records are in. */
  readonly claims: { readonly email?: string; readonly userName?: string };
}

export function rejectedRecord(record: CheckedRecord, reasons: Reasons, cells: readonly string[]): RejectedRecord {
  const { email, userName } = record.values;
  return {
    line: record.line,
    uniqueId: record.uniqueId,
    reasons,
    cells,
    claims: { ...(typeof email === 'string' ? { email } : {}), ...(typeof userName === 'string' ? { userName } : {}) },
  };
}
