// How far an import has come: records in the parts of its file that are applied, and what is known of those at work. Each poll looks only
// at the parts that were open at the last one. When all are applied, the settlement of deferred records may reject some more; at the end
// the import's own numbers hold.

import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import type { ImportsControl, ImportStore } from '../../ports';
import { shownState } from '../imports/import-item';
import type { Printer } from '../text/print';
import type { Progress } from './progress-display';

/** Temporal hears from a part every two seconds. */
const POLLS_BETWEEN_LOOKS = 4;

export function createProgressReader(
  {
    imports,
    control,
  }: { readonly imports: Pick<ImportStore, 'chunk' | 'settled'>; readonly control: Pick<ImportsControl, 'recordsAtWork'> },
  print: Printer,
): (run: ImportRun) => Promise<Progress> {
  let partsDone = 0;
  let recordsDone = 0;
  let atWork = 0;
  let rejected = 0;
  let polls = 0;
  const told = (run: ImportRun, done: number, failed: number, of = run.counts.records): Progress => ({
    label: shownState(run),
    done,
    of,
    unit: 'records',
    more: `${print.number(failed)} rejected`,
    since: run.startedAt ?? run.receivedAt,
    until: run.finishedAt,
  });
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
      if (polls++ % POLLS_BETWEEN_LOOKS === 0) {
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
