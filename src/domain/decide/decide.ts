// What a record does to its user: the table "active column x state of the user" of docs/file-format.md. Pure: reads the user as it is
// stored, writes nothing. The caller counts repeated records itself (`mark.repeats`); they are never decided.

import { headerOf, type FieldName } from '../record/fields';
import { headingReason, isSome, leadingZerosReason, missingCode, reason, REASONS, type Reason } from '../reason/reasons';
import type { CheckedRecord, DecideContext, Decided, Decision, FileMark } from '../record/record';
import {
  isCreationUndone,
  storedValue,
  type FieldValue,
  type FieldValues,
  type StoredFieldName,
  type User,
  type WrittenDecision,
  isMark,
  type Archived,
  type Undone,
} from '../user';
import { parseImportId, type ImportId } from '../ids';

const NO_VALUES: FieldValues = {};

export function decide(record: CheckedRecord, mark: FileMark | undefined, user: User | undefined, context: DecideContext): Decided {
  // First of all: an earlier attempt may have written the user before a newer import did anything.
  if (user?.imported?.importId === context.importId && user.imported.line === record.line) {
    return withSideEffects({ kind: 'done', stamp: user.imported }, record, user, context);
  }
  // What a newer file says about the user counts, even if this record would have been rejected anyway.
  if (context.superseded || isNewerThan(context.seq, user)) return alone({ kind: 'superseded' });

  const reasons = [...record.reasons, ...(mark?.reasons ?? []), ...reasonsOfTheWorld(record, mark, user, context)];
  if (isSome(reasons)) return alone({ kind: 'reject', reasons });
  if (user === undefined) return alone({ kind: 'create', set: record.values });

  const set = differing(record.values, user.values);
  const kind = statusChange(record, user, context);
  if (kind === 'update' && Object.keys(set).length === 0) return withSideEffects({ kind: 'unchanged' }, record, user, context);
  return withSideEffects({ kind, set, before: valuesOf(user, set), user }, record, user, context);
}

function isNewerThan(seq: number, user: User | undefined): boolean {
  return (user?.imported?.seq ?? 0) > seq;
}

/** Reasons that need the user. None when the record does not say who it is about, or says it in a way that cannot be anybody. */
function reasonsOfTheWorld(
  record: CheckedRecord,
  mark: FileMark | undefined,
  user: User | undefined,
  context: DecideContext,
): readonly Reason[] {
  if (record.uniqueId === '' || record.reasons.some(({ field }) => field === 'uniqueId')) return [];
  if (user === undefined && context.zeroTwin !== undefined) {
    return [leadingZerosReason((context.nameOf ?? headerOf)('uniqueId'), record.uniqueId, context.zeroTwin)];
  }
  if (user === undefined) {
    return record.active === '0' ? [reason('INACTIVE_UNKNOWN_USER', 'active')] : reasonsOfNewUser(record, mark, context);
  }
  if (isAsGoodAsNew(record, user)) return reasonsOfNewUser(record, mark, context);
  const wantsActive = record.active === '1' && user.status === 'archived';
  return wantsActive && !context.reactivateOnActive ? [reason('USER_ARCHIVED', 'active')] : [];
}

function reasonsOfNewUser(record: CheckedRecord, mark: FileMark | undefined, context: DecideContext): readonly Reason[] {
  if (record.isHeading === true) return [headingReason()];
  return [...(mark?.ifNew === undefined ? [] : [mark.ifNew]), ...missingOfNewUser(record, context)];
}

function missingOfNewUser(record: CheckedRecord, { requiredFields, nameOf }: DecideContext): readonly Reason[] {
  return requiredFields
    .filter((field) => isMissing(record, field))
    .map((field) => {
      const code = missingCode(field);
      return reason(code, field, nameOf && REASONS[code].sentence(nameOf(field)));
    });
}

/** A cell that was rejected is not missing: its own reason says what is wrong with it. */
function isMissing(record: CheckedRecord, field: FieldName): boolean {
  if (record.reasons.some((known) => known.field === field)) return false;
  if (field === 'uniqueId') return false;
  return field === 'active' ? record.active === null : record.values[field] === undefined;
}

function statusChange(record: CheckedRecord, user: User, context: DecideContext): Exclude<WrittenDecision, 'create'> {
  if (record.active === '0' && user.status === 'active' && context.archiveOnInactive) return 'archive';
  if (isAsGoodAsNew(record, user) || (record.active === '1' && user.status === 'archived')) return 'reactivate';
  return 'update';
}

/** The import that created the user was undone: a file with the user means a new one, whatever is set on archived users. */
function isAsGoodAsNew(record: CheckedRecord, user: User): boolean {
  return isCreationUndone(user) && record.active !== '0';
}

function differing(values: FieldValues, stored: FieldValues): FieldValues {
  if (values === stored) return NO_VALUES;
  const set: Partial<Record<StoredFieldName, FieldValue>> = {};
  for (const field of Object.keys(values) as StoredFieldName[]) {
    const value = values[field]!;
    if (stored[field] !== value) set[field] = value;
  }
  return set;
}

function valuesOf(user: User, set: FieldValues): Readonly<Record<string, unknown>> {
  const before: Record<string, unknown> = {};
  for (const field of Object.keys(set)) before[field] = storedValue(user, field);
  return before;
}

/** Derived from the record and the user as it is, so that a repeated attempt says the same as the first. */
function withSideEffects(decision: Decision, record: CheckedRecord, user: User, context: DecideContext): Decided {
  const isInactive = record.active === '0';
  const isArchived = user.status === 'archived' || decision.kind === 'archive';
  return {
    decision,
    releasePermits: isInactive && context.archiveOnInactive && isArchived,
    inactiveIgnored: isInactive && !context.archiveOnInactive && !isArchived,
  };
}

function alone(decision: Decision): Decided {
  return { decision, releasePermits: false, inactiveIgnored: false };
}

/** The user as it is now; no status = active. */
interface Releasable {
  readonly status?: 'active' | 'archived';
  readonly archived?: Archived;
  readonly undone?: Undone;
}

/** Whether an import may release the permits of a user that it archived: not of one who is active again, or archived by a newer one. */
export function mayRelease(importId: ImportId, { status, archived, undone }: Releasable): boolean {
  if (status !== 'archived' || undone?.importId === importId) return false;
  return !isMark(archived) || seqOf(archived.importId) <= seqOf(importId);
}

function seqOf(importId: ImportId): number {
  return parseImportId(importId)?.seq ?? 0;
}
