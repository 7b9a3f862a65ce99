// What imports can be listed and counted by, and their results summed up by client: files by how they ended, records by what was done, reasons by
// frequency.

import type { ClientId } from './ids';
import { addCounts, NO_COUNTS, type Counts, type ImportOutcome, type ImportRun, type ReportState } from './import-run';
import { hasEnded, type ImportState } from './import-state';
import type { ReasonCode } from './reason/reasons';

/** Which imports; what is left out does not matter. */
export interface ImportQuery {
  readonly clientIds?: readonly ClientId[] | undefined;
  readonly states?: readonly ImportState[] | undefined;
  readonly outcomes?: readonly ImportOutcome[] | undefined;
  /** The state of the e-mail, for imports that have ended. */
  readonly reports?: readonly ReportState[] | undefined;
  /** Received then or later. */
  readonly since?: Date | undefined;
  /** Received before then. */
  readonly until?: Date | undefined;
  /** Its rejected records and replaced values have not expired. */
  readonly isKept?: true;
}

/** How a file ended; `open` = it has not: it is at work, waits for somebody, failed or was cancelled. */
type FileEnd = ImportOutcome | 'undone' | 'open';

export interface ImportStats {
  readonly files: number;
  readonly bytes: number;
  readonly ends: Readonly<Record<FileEnd, number>>;
  readonly counts: Counts;
  readonly reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>;
}

export type CountedImport = Pick<ImportRun, 'clientId' | 'state' | 'outcome' | 'bytes' | 'counts' | 'reasonCounts'>;

const NO_ENDS: Readonly<Record<FileEnd, number>> = {
  imported: 0,
  'imported-with-failures': 0,
  refused: 0,
  declined: 0,
  undone: 0,
  open: 0,
};
export const NO_STATS: ImportStats = { files: 0, bytes: 0, ends: NO_ENDS, counts: NO_COUNTS, reasonCounts: {} };

/** By client, each in memory once, however many imports there are. */
export async function sumUp(imports: AsyncIterable<CountedImport>): Promise<ReadonlyMap<ClientId, ImportStats>> {
  const byClient = new Map<ClientId, ImportStats>();
  for await (const run of imports) {
    const one = { files: 1, bytes: run.bytes, ends: { ...NO_ENDS, [endOf(run)]: 1 }, counts: run.counts, reasonCounts: run.reasonCounts };
    byClient.set(run.clientId, addStats(byClient.get(run.clientId) ?? NO_STATS, one));
  }
  return byClient;
}

export function addStats(a: ImportStats, b: ImportStats): ImportStats {
  return {
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    ends: addCounts(a.ends, b.ends),
    counts: addCounts(a.counts, b.counts),
    reasonCounts: addCounts(a.reasonCounts, b.reasonCounts),
  };
}

function endOf({ state, outcome }: CountedImport): FileEnd {
  if (state === 'undone') return 'undone';
  return hasEnded({ state }) && outcome !== null ? outcome : 'open';
}
