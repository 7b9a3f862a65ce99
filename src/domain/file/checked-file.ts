// What an import would do, found without writing anything.

import type { Counts, HoldNumbers } from '../import-run';
import type { ReasonGroup } from '../reason/reason-tally';
import type { Reason, ReasonCode } from '../reason/reasons';
import type { Refusal } from '../reason/refusals';

/** What `imports check` finds: everything that an import of the file would come to, had it been dropped now. */
export interface CheckedFile {
  readonly sha256: string;
  readonly bytes: number;
  /** Why the file would be refused as a whole; then nothing below was counted. */
  readonly refusal: Refusal | null;
  readonly counts: Counts;
  readonly numbers: HoldNumbers;
  /** It would wait for approval before anything is written. */
  readonly wouldBeHeld: boolean;
  readonly reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>;
  /** The same by reason and column. */
  readonly reasonGroups: readonly ReasonGroup[];
  /** The first of the records that would be rejected, by line. */
  readonly firstRejected: readonly { readonly line: number; readonly uniqueId: string; readonly reasons: readonly Reason[] }[];
  /** The header cells, as sent; null = the header was not read. */
  readonly headers: readonly string[] | null;
  /** Columns that would be skipped, as sent. */
  readonly ignoredHeaders: readonly string[];
}

export interface ReplacedValue {
  readonly was: string;
  readonly willBe: string;
}

/** What a held import would do to an existing user. Personal data: only for the person who decides on the import. */
export interface PlannedChange {
  readonly line: number;
  readonly uniqueId: string;
  readonly isArchived: boolean;
  /** Numbers of the active permits that would lose their holder. */
  readonly permits: readonly string[];
  readonly email: ReplacedValue | null;
  readonly userName: ReplacedValue | null;
}
