// The story of one file, as a plain function of its steps: it reads as the specification does and runs without a Temporal server.
// Values branch (a refused file is a result), throws are retried (a broken world is not).

import type { ImportId } from '../src/domain/ids';
import type { ReportState } from '../src/domain/import-run';
import { refusalWords, type RefusalCode } from '../src/domain/reason/refusals';
import type { ImportState } from '../src/domain/import-state';
import type { Activities } from '../activities';
import type { Progress } from './describe-progress';
import { holdIfNeeded, type HoldSteps, type HoldWatcher } from './hold-import';
import { inWindow, WINDOW } from './in-window';
import type { ApprovedImport, ImportFileInput, ImportFileResult } from './messages';

export type ImportSteps = Pick<
  Activities,
  'inspectFile' | 'applyChunk' | 'applyDeferred' | 'releasePermits' | 'backUpFile' | 'sendReport' | 'closeImport'
> &
  HoldSteps;

/** Where the import stands, for those who watch; `mustContinueAsNew` is asked between chunks. */
export interface Watcher extends HoldWatcher {
  enter(state: ImportState, seen?: Pick<Progress, 'records' | 'chunks' | 'refusedBecause' | 'held'>): void;
  chunkDone(): void;
  ended(result: ImportFileResult): void;
  mustContinueAsNew(): boolean;
}

/** The result, or that it was approved and waits for a turn, or the chunk to go on with when the history has become long. */
export async function importFileSteps(
  steps: ImportSteps,
  input: ImportFileInput,
  watcher: Watcher,
): Promise<ImportFileResult | ApprovedImport | { readonly continueFrom: number }> {
  const { importId, turn } = input;
  watcher.enter('inspecting');
  const file = await steps.inspectFile({ importId, turn });

  const word = file.kind === 'accepted' ? await holdIfNeeded(steps, input, watcher) : 'refused';
  if (word === 'approved') {
    watcher.enter('queued');
    return { approved: true };
  }
  if (file.kind === 'accepted' && word === 'go on') {
    watcher.enter('applying', { records: file.records, chunks: file.chunks });
    // What the chunks of an earlier run left is not known here.
    let needsMore = input.fromChunk !== undefined;
    const next = await inWindow(
      { from: input.fromChunk ?? 0, to: file.chunks, window: WINDOW, stop: () => watcher.mustContinueAsNew() },
      async (n) => {
        const chunk = await steps.applyChunk({ importId, turn, n, of: file.chunks });
        needsMore ||= chunk.needsMore;
        watcher.chunkDone();
      },
    );
    if (next < file.chunks) return { continueFrom: next };
    if (needsMore) {
      await steps.applyDeferred({ importId, turn });
      watcher.enter('releasing');
      await steps.releasePermits({ importId, turn });
    }
  }
  return endImport(steps, input, watcher, file.kind === 'refused' ? file.code : undefined);
}

/** The same for every outcome: the file goes to `.bak`, then the e-mail, then the books are closed. */
async function endImport(
  steps: ImportSteps,
  { importId, turn }: ImportFileInput,
  watcher: Watcher,
  refusedBecause: RefusalCode | undefined,
): Promise<ImportFileResult> {
  watcher.enter('backing-up', refusedBecause === undefined ? {} : { refusedBecause });
  const { outcome, counts, report } = await steps.backUpFile({ importId, turn });
  await watcher.turnIsOver();
  const result = {
    outcome,
    ...(refusedBecause !== undefined && { refusal: { code: refusedBecause, meaning: refusalWords(refusedBecause).meaning } }),
    counts,
    report: report === 'pending' ? await tellClient(steps, importId, watcher) : report,
  };
  await steps.closeImport({ importId, turn });
  watcher.ended(result);
  return result;
}

async function tellClient(steps: ImportSteps, importId: ImportId, watcher: Watcher): Promise<ReportState> {
  watcher.enter('reporting');
  return (await steps.sendReport({ importId })).report;
}
