// The story of an undo, as a plain function of its steps: users part by part, those who wait for each other's values, permits of users
// who are active again, then the books and one e-mail.

import type { Activities } from '../activities';
import type { OfImport } from '../activities/turn/require-turn';
import type { ReportState } from '../src/domain/import-run';
import type { UndoCounts } from '../src/domain/undo/undo';
import { inWindow, WINDOW } from './in-window';
import type { ImportFileInput, UndoImportResult } from './messages';

export type UndoSteps = Pick<
  Activities,
  'planUndo' | 'undoChunk' | 'undoDeferred' | 'undoPermits' | 'settleUndo' | 'sendReport' | 'closeUndo'
> & {
  sendUndoReport(input: OfImport): Promise<{ readonly report: ReportState }>;
};

export type UndoPhase = 'planning' | 'users' | 'permits' | 'reporting' | 'undone' | 'failed';

/** Where the undo stands, for those who watch; `mustContinueAsNew` is asked between parts. */
export interface UndoWatcher {
  enter(phase: UndoPhase, seen?: { readonly chunks?: number; readonly counts?: UndoCounts }): void;
  chunkDone(): void;
  /** It writes no more; the client's next one may. */
  turnIsOver(): Promise<void>;
  mustContinueAsNew(): boolean;
}

/** The result, or the part to go on with when the history has become long. */
export async function undoImportSteps(
  steps: UndoSteps,
  input: ImportFileInput,
  watcher: UndoWatcher,
): Promise<UndoImportResult | { readonly continueFrom: number }> {
  const { importId, turn } = input;
  watcher.enter('planning');
  const { chunks } = await steps.planUndo({ importId, turn });
  watcher.enter('users', { chunks });
  const next = await inWindow(
    { from: input.fromChunk ?? 0, to: chunks, window: WINDOW, stop: () => watcher.mustContinueAsNew() },
    async (n) => {
      await steps.undoChunk({ importId, turn, n, of: chunks });
      watcher.chunkDone();
    },
  );
  if (next < chunks) return { continueFrom: next };
  await steps.undoDeferred({ importId, turn });
  watcher.enter('permits');
  await steps.undoPermits({ importId, turn });
  const { counts, isReportDue } = await steps.settleUndo({ importId, turn });
  await watcher.turnIsOver();
  watcher.enter('reporting', { counts });
  if (isReportDue) await steps.sendReport({ importId });
  const { report } = await steps.sendUndoReport({ importId });
  await steps.closeUndo({ importId });
  watcher.enter('undone');
  return { counts, report };
}
