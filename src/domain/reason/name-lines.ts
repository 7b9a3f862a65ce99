// "line 4", "lines 4 and 9", "lines 2, 3, 4 and 17 more": how messages refer to lines of a file.

export const MOST_LINES_NAMED = 10;

/** Names up to ten lines; `total` = how many there are, if `lines` holds only the first of them. */
export function nameLines(lines: readonly number[], total: number = lines.length): string {
  const named = lines.slice(0, MOST_LINES_NAMED);
  const more = total - named.length;
  const parts = more > 0 ? [...named.map(String), `${more} more`] : named.map(String);
  return `${total === 1 ? 'line' : 'lines'} ${joinWithAnd(parts)}`;
}

/** "a", "a and b", "a, b and c". */
export function joinWithAnd(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
