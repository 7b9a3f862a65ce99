// What Temporal runs to undo one import: the steps with their timeouts and names, progress for those who watch, and the one place that
// writes down why it stopped. Asked for again it goes on where it stopped: parts that are done know it.

import { continueAsNew, proxyActivities, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';
import { describeUndoProgress, framed, type UndoProgress } from './describe-progress';
import type { ImportFileInput, UndoImportResult } from './messages';
import { ImportState } from './search-attributes';
import { sendReport } from './send-report';
import { tellInbox } from './signals';
import { toItsEnd, whyItFailed } from './to-its-end';
import { undoImportSteps, type UndoSteps, type UndoWatcher } from './undo-import-steps';

const { planUndo, undoChunk, undoDeferred, undoPermits, settleUndo } = proxyActivities<Activities>(ACTIVITY_OPTIONS.background);
const { closeUndo, markUndoFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

const steps: UndoSteps = {
  planUndo: (input) => planUndo.executeWithOptions({ summary: 'find what the import did' }, [input]),
  undoChunk: (input) => undoChunk.executeWithOptions({ summary: `part ${input.n + 1} of ${input.of}` }, [input]),
  undoDeferred: (input) => undoDeferred.executeWithOptions({ summary: 'users that wait for a value another gives up' }, [input]),
  undoPermits: (input) => undoPermits.executeWithOptions({ summary: 'give released permits back' }, [input]),
  settleUndo: (input) => settleUndo.executeWithOptions({ summary: 'mark the import as undone' }, [input]),
  sendReport,
  sendUndoReport: (input) => sendReport(input, 'undo'),
  closeUndo: (input) => closeUndo.executeWithOptions({ summary: 'close the books' }, [input]),
};

export async function undoImport(input: ImportFileInput): Promise<UndoImportResult> {
  const { importId, turn } = input;
  const watcher = watch(input);
  return toItsEnd<UndoImportResult>({
    steps: () => undoImportSteps(steps, input, watcher),
    continueAsNew: (fromChunk) => continueAsNew<typeof undoImport>({ ...input, fromChunk }),
    async lastWord({ error, isCancelled }) {
      const failure = isCancelled ? 'It was cancelled.' : whyItFailed(error);
      await markUndoFailed.executeWithOptions({ summary: 'write down why it stopped' }, [{ importId, turn, failure }]);
      watcher.enter('failed');
    },
  });
}

function watch({ importId, fileName, fromChunk = 0 }: ImportFileInput): UndoWatcher {
  let progress: UndoProgress = { importId, fileName, phase: 'planning', chunks: 0, chunksDone: fromChunk };
  const show = (change: Partial<UndoProgress>) => {
    progress = { ...progress, ...change };
    setCurrentDetails(framed(describeUndoProgress(progress)));
  };
  return {
    enter(phase, seen) {
      show({ phase, ...seen });
      upsertSearchAttributes([{ key: ImportState, value: phase === 'undone' || phase === 'failed' ? phase : 'undoing' }]);
    },
    chunkDone: () => show({ chunksDone: progress.chunksDone + 1 }),
    turnIsOver: () => tellInbox(importId),
    mustContinueAsNew: () => workflowInfo().continueAsNewSuggested,
  };
}
