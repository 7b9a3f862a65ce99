// Which character separates the cells: the client's setting, or what the header line shows.

import type { FileLayout } from '../../domain/import-run';
import type { ClientSettings } from '../../domain/client';

export type Delimiter = FileLayout['delimiter'];

const CANDIDATES: readonly Delimiter[] = [',', ';', '\t'];

/** `auto`: the candidate that the header line holds most often outside quotes; a comma when it holds none. */
export function delimiterOf(setting: ClientSettings['delimiter'], head: Uint8Array): Delimiter {
  if (setting !== 'auto') return setting;
  const seen = new Map<number, number>(CANDIDATES.map((candidate) => [candidate.charCodeAt(0), 0]));
  let isQuoted = false;
  let hasText = false;
  for (const byte of head) {
    if (byte === 0x22) isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (byte === 0x0a || byte === 0x0d) {
      if (hasText) break;
      continue;
    }
    hasText ||= byte !== 0x20;
    const count = seen.get(byte);
    if (count !== undefined) seen.set(byte, count + 1);
  }
  return CANDIDATES.reduce((best, candidate) => (seen.get(candidate.charCodeAt(0))! > seen.get(best.charCodeAt(0))! ? candidate : best));
}
