// One processing of one file: its states, outcomes and counts.

import type { ClientSettings } from './client';
import type { ImportState } from './import-state';
import type { ClientId, ImportId } from './ids';
import type { ReasonGroup } from './reason/reason-tally';
import type { ReasonCode, Refusal } from './reason/reasons';
import type { UndoCounts } from './undo/undo';

export type ImportOutcome = 'imported' | 'imported-with-failures' | 'refused' | 'declined';
export type ReportState = 'none' | 'pending' | 'sent' | 'not-repeated' | 'failed';

/** records = created + updated + unchanged + rejected + repeated + superseded; an archived user counts as updated, too. */
export interface Counts {
  readonly records: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly archived: number;
  readonly rejected: number;
  readonly repeated: number;
  readonly superseded: number;
  readonly inactiveIgnored: number;
  readonly permitsReleased: number;
}

export const NO_COUNTS: Counts = {
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
};

export function addCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, number> = {};
  for (const key of Object.keys(NO_COUNTS) as (keyof Counts)[]) sum[key] = a[key] + b[key];
  return sum as unknown as Counts;
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
  /** Why, for whoever looks later. */
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

/** What may be written of a file; kept, so that every step and every retry goes by the same word. */
export type GoAhead = 'whole' | 'without-archives' | 'declined';

/** What became of an import that has ended, in the words of somebody who drops its file again. */
export type Became = 'imported' | 'refused' | 'declined' | 'undone';

export function becameOf({ state, outcome }: Pick<ImportRun, 'state' | 'outcome'>): Became {
  if (state === 'undone') return 'undone';
  return outcome === 'refused' || outcome === 'declined' ? outcome : 'imported';
}

/** Why an import did not go to its end, and what of it had been done by then and was taken back. */
export interface Stopped {
  /** failed = something of ours was broken; cancelled = somebody stopped it. */
  readonly because: 'failed' | 'cancelled';
  readonly undone: UndoCounts;
}

/** Somebody started the import again. */
export interface Retry {
  readonly at: Date;
  /** Who typed it. */
  readonly by: string;
  /** Why, for whoever looks later. */
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
  /** When it came to wait for the client's turn: claimed, asked to be retried, approved. Turns are given in this order. */
  readonly askedAt: Date;
  /** The turn that it was given last; its steps write only while this is theirs. null = none since it was asked for. */
  readonly turn: number | null;
  /** How often it was started: 1, and one more for each retry. 0 = it has not had its turn yet. */
  readonly attempts: number;
  /** The client's settings of its inspection: it keeps them to the end and through every retry. Absent = not inspected yet. */
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
  readonly chunks: number;
  /** Records whose `active` cell reads 0: no more users than that can be archived. */
  readonly inactiveRecords: number;
  /** null = not known yet: the numbers are still to be looked at, or it waits for approval. */
  readonly goAhead: GoAhead | null;
  /** null = never held. */
  readonly held: Held | null;
  readonly sameAs: ImportId | null;
  /** What had become of that one when this one was inspected. */
  readonly sameAsBecame?: Became;
  /** It was stopped half-way and undone; absent = it went to its end, or was never undone. */
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
