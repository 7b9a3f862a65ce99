// How far an import has come: parts of the file that are applied. Each poll looks only at the parts that were open at the last one. When
// all are applied, the settlement of deferred records may reject some more; at the end the import's own numbers hold.

import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import type { ImportStore } from '../../ports';
import { shownState, type ShownState } from '../imports/import-item';

export interface Progress {
  readonly state: ShownState;
  /** Parts of the file that are applied, of all; 0 of 0 while the file is not yet read. */
  readonly partsDone: number;
  readonly parts: number;
  readonly records: number;
  /** Records in the parts that are applied, and how many were rejected so far. */
  readonly recordsDone: number;
  readonly rejected: number;
}

export function createProgressReader(imports: Pick<ImportStore, 'chunk' | 'settled'>): (run: ImportRun) => Promise<Progress> {
  let partsDone = 0;
  let recordsDone = 0;
  let rejected = 0;
  return async (run) => {
    const state = shownState(run);
    const { records } = run.counts;
    if (hasEnded(run))
      return { state, partsDone: run.chunks, parts: run.chunks, records, recordsDone: records, rejected: run.counts.rejected };
    // A repeated inspection cuts the file anew.
    if (state === 'queued' || state === 'inspecting') partsDone = recordsDone = rejected = 0;
    else {
      for (; partsDone < run.chunks; partsDone++) {
        const part = await imports.chunk(run.importId, partsDone);
        if (part?.result === undefined) break;
        recordsDone += part.records;
        rejected += part.result.counts.rejected;
      }
    }
    let settledRejected = 0;
    if (run.chunks > 0 && partsDone === run.chunks)
      for await (const { result } of imports.settled(run.importId)) settledRejected += result.counts.rejected;
    return { state, partsDone, parts: run.chunks, records, recordsDone, rejected: rejected + settledRejected };
  };
}
