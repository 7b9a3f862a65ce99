// Optimistic concurrency: an update matches only a user that has not been written since, and sets the next revision.
// Adding to the stored one would fail on what is not a number.

/** A user that the application wrote has no `rev` before its first import, or null: that counts as 0. */
export function revision(rev: number) {
  return rev === 0 ? { $in: [0, null] } : rev;
}

/** The revision that a decision is made on. What the application stored may be anything. */
export function revisionOf({ rev }: { readonly rev?: unknown }): number {
  return typeof rev === 'number' ? rev : 0;
}

/** Whether an update on `revisionOf` can match at all. */
export function isRevision(rev: unknown): boolean {
  return rev === undefined || rev === null || (typeof rev === 'number' && !Number.isNaN(rev));
}
