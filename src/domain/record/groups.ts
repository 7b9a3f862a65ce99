// Groups as a cell names them: separated by `;`, told apart without regard to case. A user's membership is one text, in the order of the
// alphabet, so that a file that names the same groups in another order or spelling changes nobody.

/** What makes two names the same group. */
export function groupKey(name: string): string {
  return name.toLowerCase();
}

/** Trimmed; blank and repeated ones dropped; in the order given. */
export function groupNames(text: string): readonly string[] {
  const byKey = new Map<string, string>();
  for (const part of text.split(';')) {
    const name = part.trim();
    if (name !== '' && !byKey.has(groupKey(name))) byKey.set(groupKey(name), name);
  }
  return [...byKey.values()];
}

/** The membership in stored spelling; a group that has none is spelled as given. */
export function spellGroups(text: string, spelling: ReadonlyMap<string, string>): string {
  return groupNames(text)
    .map((name) => spelling.get(groupKey(name)) ?? name)
    .toSorted((a, b) => (groupKey(a) < groupKey(b) ? -1 : 1))
    .join(';');
}
