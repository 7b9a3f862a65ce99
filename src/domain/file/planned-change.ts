// What a held import would do to an existing user. Personal data: only for the person who decides on the import.

export interface ReplacedValue {
  readonly was: string;
  readonly willBe: string;
}

export interface PlannedChange {
  readonly line: number;
  readonly uniqueId: string;
  readonly isArchived: boolean;
  /** Numbers of the active permits that would lose their holder. */
  readonly permits: readonly string[];
  readonly email: ReplacedValue | null;
  readonly userName: ReplacedValue | null;
}
