// One processing of one file: its states, outcomes and counts.

import type { ClientSettings } from './client';
import type { ImportState } from './import-state';
import type { ClientId, ImportId } from './ids';
import type { ReasonGroup } from './reason/reason-tally';
import type { ReasonCode } from './reason/reasons';
import type { Refusal } from './reason/refusals';
import type { UndoCounts } from './undo/undo';

export type ImportOutcome = 'imported' | 'imported-with-failures' | 'refused' | 'declined';
export type ReportState = 'none' | 'pending' | 'sent' | 'not-repeated' | 'failed';

/** records = created + updated + unchanged + rejected + repeated + superseded; an archived user counts as updated, too. Of a declined file, all its records. */
export const NO_COUNTS = {
  records: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  archived: 0,
  rejected: 0,
  repeated: 0,
  superseded: 0,
  inactiveIgnored: 0,
  permitsReleased: 0,
} as const;

export type Counts = { readonly [K in keyof typeof NO_COUNTS]: number };

/** Counts of one kind, each key by itself; one that is missing is 0. */
export function addCounts<T extends { readonly [K in keyof T]?: number }>(a: T, b: T): T {
  const sum: Record<string, number | undefined> = { ...a };
  for (const [key, n] of Object.entries<number | undefined>(b)) sum[key] = (sum[key] ?? 0) + (n ?? 0);
  return sum as T;
}

/** How the text of the file is laid out, as found by the inspection; everything a chunk needs to be read on its own. */
export interface FileLayout {
  readonly encoding: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';
  readonly delimiter: ',' | ';' | '\t';
  /** The client's own header cells, as sent. */
  readonly headers: readonly string[];
  /** Accepted unknown columns (`unknownColumns: ignore`), as sent. */
  readonly ignoredHeaders: readonly string[];
  /** One of our report columns is there: the file is a corrected failed-records file, guarded cells are restored. */
  readonly droppedBack: boolean;
  /** Some record fills another column than the one that says who it is about. */
  readonly hasDetails?: true;
}

/** What an import would do to the client's users, counted before anything is written. */
export interface HoldNumbers {
  readonly archives: number;
  /** Active permits that would lose their holder. */
  readonly permits: number;
  readonly activeUsers: number;
  /** Users whose e-mail would be replaced by another, and the same of user names. */
  readonly emailChanges: number;
  readonly userNameChanges: number;
}

export type HoldVerdict = 'approve' | 'approve-without-archives' | 'decline';

/** Somebody's word on a held import. */
export interface HoldDecision {
  readonly verdict: HoldVerdict;
  /** Why, for the record. */
  readonly reason: string;
  /** Who typed it. */
  readonly by: string;
}

/** An import that waits, or waited, for approval. */
export interface Held extends HoldNumbers {
  readonly since: Date;
  /** Declined when nobody has decided by then. */
  readonly until: Date;
  /** null while it waits; `timed-out` = nobody decided. */
  readonly decided: (Omit<HoldDecision, 'verdict'> & { readonly verdict: HoldVerdict | 'timed-out'; readonly at: Date }) | null;
}

/** What may be written of a file; kept, so that every step and retry follows the same decision. */
export type GoAhead = 'whole' | 'without-archives' | 'declined';

/** How an import ended, as it matters to somebody who drops its file again. */
export type Became = 'imported' | 'refused' | 'declined' | 'undone';

export function becameOf({ state, outcome }: Pick<ImportRun, 'state' | 'outcome'>): Became {
  if (state === 'undone') return 'undone';
  return outcome === 'refused' || outcome === 'declined' ? outcome : 'imported';
}

/** Why an import did not reach its end, and what it had done that was taken back. */
export interface Stopped {
  /** failed = a fault on our side; cancelled = somebody stopped it. */
  readonly because: 'failed' | 'cancelled';
  readonly undone: UndoCounts;
}

/** Somebody started the import again. */
export interface Retry {
  readonly at: Date;
  /** Who typed it. */
  readonly by: string;
  /** Why, for the record. */
  readonly reason: string;
}

export interface ImportRun {
  readonly importId: ImportId;
  readonly clientId: ClientId;
  readonly seq: number;
  /** As the client named it: data, never part of a path without the confinement check. */
  readonly fileName: string;
  readonly bytes: number;
  readonly inode: string;
  readonly sha256: string | null;
  readonly state: ImportState;
  readonly outcome: ImportOutcome | null;
  readonly refusal: Refusal | null;
  readonly receivedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When it began to wait for the client's turn: claimed, retried or approved. Turns are given in this order. */
  readonly askedAt: Date;
  /** The turn it was given last; its steps write only while it has this turn. null = none since it was requested. */
  readonly turn: number | null;
  /** How often it was started: 1, plus one for each retry. 0 = it has not had its turn yet. */
  readonly attempts: number;
  /** The client's settings when it was inspected; they apply to its end and to every retry. Absent = not inspected yet. */
  readonly settings?: ClientSettings;
  /** Oldest first; absent = none. */
  readonly retries?: readonly Retry[];
  readonly counts: Counts;
  readonly reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>;
  /** The same by reason and column, with the lines to look at first; absent = not known. */
  readonly reasonGroups?: readonly ReasonGroup[];
  /** Indexes and validators of the application that refused records (`NOT_STORED`), named for operators; absent = none. */
  readonly refusedBy?: readonly string[];
  readonly layout: FileLayout | null;
  /** Whether the last record ends with a line break: the client's habit, by which its next file is judged; absent = not known. */
  readonly endsInLineBreak?: boolean;
  /** The client had no users when the file was inspected; absent = not known. */
  readonly isFirst?: boolean;
  /** The turn in which the client's users were looked through for values without keys; absent = in none so far. */
  readonly keysMendedIn?: number;
  readonly chunks: number;
  /** Records whose `active` cell reads 0: no more users than that can be archived. */
  readonly inactiveRecords: number;
  /** null = not known yet: the numbers are still to be looked at, or it waits for approval. */
  readonly goAhead: GoAhead | null;
  /** null = never held. */
  readonly held: Held | null;
  readonly sameAs: ImportId | null;
  /** How that one had ended when this one was inspected. */
  readonly sameAsBecame?: Became;
  /** It was stopped half-way and undone; absent = it reached its end, or was never undone. */
  readonly stopped?: Stopped;
  readonly report: ReportState;
  /** Path within the client's folder, e.g. `.bak/users.csv`. */
  readonly backup: string | null;
  /** Hash over the rejected lines and their codes: tells whether a repeated file failed the same records for the same reasons. */
  readonly rejectedDigest: string | null;
  /** Safe sentence on why the import failed (our breakage) and what to do; null unless `state` is `failed`. */
  readonly failure: string | null;
  /** When its rejected records and replaced values were removed; absent = they are kept. */
  readonly expiredAt?: Date;
}

/** Also of an undo. */
export const ENDED_FROM_OUTSIDE = 'Its workflow was ended from outside: somebody terminated it in Temporal, or Temporal lost it.';
/** Why its e-mail was not sent. */
export const STOPPED_BEFORE_MAIL = 'It was stopped before the mail server had taken the e-mail.';

export type Ending =
  | { readonly to: 'failed'; readonly change: { readonly failure: string } }
  | { readonly to: 'finished'; readonly change: { readonly report?: 'failed' } };

/**
 * How an import ends whose workflow was ended from outside. It could record nothing itself, so the code that finds it does, by this one rule. An
 * import that was only sending its e-mail has otherwise ended well: its file is in `.bak`, and there is nothing to retry.
 */
export function endingOf({ state, report }: Pick<ImportRun, 'state' | 'report'>): Ending {
  if (state !== 'reporting') return { to: 'failed', change: { failure: ENDED_FROM_OUTSIDE } };
  return { to: 'finished', change: report === 'pending' ? { report: 'failed' } : {} };
}
