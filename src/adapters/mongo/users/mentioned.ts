// The filter that leaves alone a user of whom a newer import has spoken.

/** By no import with a higher sequence number. */
export function notMentionedSince(seq: number) {
  return { mentioned: { $not: { $gt: seq } } };
}
