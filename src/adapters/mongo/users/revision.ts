// The filter that makes an update optimistic: it matches only a user that nobody has written since.

/** A user that the application wrote has no `rev` before its first import: that counts as 0. */
export function revision(rev: number) {
  return rev === 0 ? { $not: { $gt: 0 } } : rev;
}
