// Which character separates the cells: what Excel's own first line says, the client's setting, or what the header line shows.

import type { FileLayout } from '../../domain/import-run';
import type { ClientSettings } from '../../domain/client';

export type Delimiter = FileLayout['delimiter'];

export interface Separation {
  readonly delimiter: Delimiter;
  /** The first line is `sep=;`, which Excel writes and hides: it is not the header. */
  readonly hasSepLine: boolean;
}

const CANDIDATES: readonly Delimiter[] = [',', ';', '\t'];
const SEP_LINE = /^"?sep=([,;\t])"?[ ,;\t]*$/i;

export function separationOf(setting: ClientSettings['delimiter'], head: Buffer): Separation {
  const named = SEP_LINE.exec(firstLine(head))?.[1];
  if (named !== undefined) return { delimiter: named as Delimiter, hasSepLine: true };
  return { delimiter: setting === 'auto' ? mostFrequent(head) : setting, hasSepLine: false };
}

function firstLine(head: Buffer): string {
  const start = head.subarray(0, 64).toString('utf8');
  return start.trimStart().split(/[\r\n]/, 1)[0]!;
}

/** The candidate that the header line holds most often outside quotes; a comma when it holds none. */
function mostFrequent(head: Uint8Array): Delimiter {
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
