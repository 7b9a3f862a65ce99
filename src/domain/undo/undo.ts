// Undoing an import: what happens to each user and permit that it changed, and the reasons for leaving some alone. The rule itself is
// decide-undo.

import type { ClientId, ImportId, UserId } from '../ids';
import type { ReportState } from '../import-run';
import type { FormerMarks, FieldValues, WrittenDecision } from '../user';

/** What an import did to a user that was there before: the values it replaced, and the revision it replaced them at. */
export interface UserChange {
  readonly importId: ImportId;
  readonly line: number;
  readonly userId: UserId;
  readonly decision: Exclude<WrittenDecision, 'create'>;
  /** The user's before the change. */
  readonly rev: number;
  /** null = the user had none. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: FieldValues;
  readonly at: Date;
  readonly former?: FormerMarks;
  readonly undoneAt?: Date;
}

/** What undo made of a user: former values back; created, so archived; archived, so active again; reactivated, so archived again. */
export type UndoneAs = 'restored' | 'archived' | 'madeActive' | 'archivedAgain';

export const WHY_LEFT = {
  CHANGED_BY_IMPORT: 'A later import changed the user; undo that one first, or correct the user by hand.',
  CHANGED_SINCE: 'Somebody changed the user after the import; correct the user by hand where needed.',
  USER_GONE: 'The user is no longer there.',
  EMAIL_TAKEN: 'Another user now has the former e-mail; correct one of the two by hand.',
  USER_NAME_TAKEN: 'Another user now has the former user name; correct one of the two by hand.',
  NOT_STORED: 'The database refuses the former values: an index or a validator of the application; correct the user by hand.',
  PERMIT_NOT_FREE: 'The permit was issued or changed after the import released it.',
  PERMIT_GONE: 'The permit is no longer there.',
  HOLDER_NOT_ACTIVE: 'The former holder is not active, so the permit stays available.',
} as const;

export type WhyLeft = keyof typeof WHY_LEFT;

/** A user or permit that undo did not touch. Personal data: never in Temporal, logs or the text of an e-mail. */
export interface LeftAlone {
  readonly userId: UserId;
  /** Number of the permit; null = it is about the user. */
  readonly permit: string | null;
  /** Line of the file; null where it is not known. */
  readonly line: number | null;
  readonly why: WhyLeft;
  /** The import that changed the user since, where it was one. */
  readonly by: ImportId | null;
}

export const NO_UNDO_COUNTS = {
  restored: 0,
  archived: 0,
  madeActive: 0,
  archivedAgain: 0,
  permitsReturned: 0,
  usersLeft: 0,
  permitsLeft: 0,
} as const;

export type UndoCounts = { readonly [K in keyof typeof NO_UNDO_COUNTS]: number };

/** The undo of one import. Requested again, one that stopped continues; one that left users or permits alone tries those again. */
export interface Undo {
  readonly importId: ImportId;
  readonly clientId: ClientId;
  /** 1, plus one each time it was reopened for what was left. */
  readonly round: number;
  readonly reason: string;
  /** Who typed it. */
  readonly by: string;
  /** When it began to wait for the client's turn. */
  readonly requestedAt: Date;
  /** The turn it was given last; its steps write only while it has this turn. null = none since it was requested. */
  readonly turn: number | null;
  /** null = not planned yet. */
  readonly chunks: number | null;
  /** null until everything that can be restored is. */
  readonly finishedAt: Date | null;
  readonly counts: UndoCounts;
  readonly report: ReportState;
  /** Safe sentence on why it stopped; null unless it did. */
  readonly failure: string | null;
}

export function countLeft({ usersLeft, permitsLeft }: UndoCounts): number {
  return usersLeft + permitsLeft;
}

/** Requested, and neither done nor stopped. */
export function isOpenUndo({ finishedAt, failure }: Undo): boolean {
  return finishedAt === null && failure === null;
}

/** A part of an undo: changes of a range of lines (both ends included), or users that the import created. */
export type UndoChunk =
  | { readonly n: number; readonly kind: 'changed'; readonly fromLine: number; readonly toLine: number }
  | { readonly n: number; readonly kind: 'created'; readonly userIds: readonly UserId[] };

export interface UndoChunkResult {
  readonly counts: UndoCounts;
  readonly left: readonly LeftAlone[];
  /** Lines whose user met another holder of the former e-mail or user name; tried again after all chunks. */
  readonly deferred: readonly number[];
}
