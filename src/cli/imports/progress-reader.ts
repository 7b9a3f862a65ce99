// How far an import has come, for commands that follow it.

import type { ImportRun } from '../../domain/import-run';
import { hasEnded, statesThat } from '../../domain/import-state';
import type { Services } from '../deps';
import type { Progress } from '../show/progress-display';
import { grouped } from '../../domain/report/wording';
import { shownState } from './import-item';

/** In all others nothing more happens without somebody. */
export const AT_WORK = statesThat((row) => !row.hasEnded && row.needs === null);

/** Temporal hears from a part every two seconds. */
const POLLS_BETWEEN_SIGNS = 4;

export type ProgressReader = (run: ImportRun) => Promise<Progress>;

/**
 * Records in the parts of its file that are applied, and what is known of those at work. Each poll looks only at the parts that were open at
 * the last one. When all are applied, the settlement of deferred records may reject some more; at the end the import's own numbers hold.
 */
export function createProgressReader({ imports, control }: Pick<Services, 'imports' | 'control'>): ProgressReader {
  let partsDone = 0;
  let recordsDone = 0;
  let atWork = 0;
  let rejected = 0;
  let polls = 0;
  return async (run) => {
    const { state, importId, chunks, counts } = run;
    if (hasEnded(run)) return told(run, counts.records, counts.rejected);
    // A repeated inspection cuts the file again.
    if (state === 'claiming' || state === 'queued' || state === 'inspecting') {
      partsDone = recordsDone = atWork = rejected = 0;
      return told(run, 0, 0, chunks === 0 ? 0 : counts.records);
    }
    const before = recordsDone;
    for (; partsDone < chunks; partsDone++) {
      const part = await imports.chunk(importId, partsDone);
      if (part?.result === undefined) break;
      recordsDone += part.records;
      rejected += part.result.counts.rejected;
    }
    if (state === 'applying' && partsDone < chunks) {
      if (polls++ % POLLS_BETWEEN_SIGNS === 0) {
        const inParts = await control.recordsAtWork(importId).catch(() => []);
        const found = inParts.filter(({ chunk }) => chunk >= partsDone).reduce((sum, { records }) => sum + records, 0);
        // A part that is done ahead of another is neither at work nor counted yet: nothing goes back for that.
        atWork = Math.max(found, atWork - (recordsDone - before));
      } else atWork = Math.max(0, atWork - (recordsDone - before));
    } else atWork = 0;
    let settledRejected = 0;
    if (chunks > 0 && partsDone === chunks)
      for await (const { result } of imports.settled(importId)) settledRejected += result.counts.rejected;
    return told(run, Math.min(recordsDone + atWork, counts.records), rejected + settledRejected);
  };
}

function told(run: ImportRun, done: number, rejected: number, of = run.counts.records): Progress {
  return {
    label: shownState(run),
    done,
    of,
    unit: 'records',
    more: `${grouped(rejected)} rejected`,
    since: run.startedAt ?? run.receivedAt,
    until: run.finishedAt,
  };
}
