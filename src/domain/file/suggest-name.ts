// "Did you mean …": the accepted name that a header most likely stands for. Counts typing slips (a letter too many, too few, another one,
// two swapped); what separates the words of a name does not count, so "Unique ID" and "uniqueid" both mean unique_id.

const LONGEST_GUESSED = 40;

/** The closest candidate, the first one of equals; undefined when none is close. Names are compared in lower case. */
export function suggestName(name: string, candidates: readonly string[]): string | undefined {
  const written = bare(name);
  if (written === '' || written.length > LONGEST_GUESSED) return undefined;
  let best: string | undefined;
  let fewest = slipsForgiven(written) + 1;
  for (const candidate of candidates) {
    const accepted = bare(candidate);
    // Each letter more or less is a slip.
    if (Math.abs(accepted.length - written.length) >= fewest) continue;
    const slips = countSlips(written, accepted);
    if (slips < fewest) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** `; did you mean acme?`, to end a sentence with; empty when no candidate is close. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = suggestName(name, candidates);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Letters and digits alone, in lower case, without accents, and of plain width. */
export function bare(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function slipsForgiven(name: string): number {
  return name.length < 4 ? 0 : name.length < 8 ? 1 : 2;
}

/** Optimal string alignment distance. */
function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) slips = Math.min(slips, at(beforeLast, j - 2) + 1);
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
