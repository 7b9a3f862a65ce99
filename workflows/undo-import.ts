// What Temporal runs to undo one import: the steps with their timeouts and names, progress for those who watch, and the one place that
// writes down why it stopped. Asked for again it goes on where it stopped: parts that are done know it.

import {
  ActivityFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';
import { describeUndoProgress, type UndoProgress } from './describe-undo-progress';
import type { UndoImportInput, UndoImportResult } from './messages';
import { ImportState } from './search-attributes';
import { tellInbox } from './tell-inbox';
import { wasCancelled, whyItFailed } from './why-it-failed';
import { undoImportSteps, type UndoSteps, type UndoWatcher } from './undo-import-steps';

const { undoChunk } = proxyActivities<Activities>(ACTIVITY_OPTIONS.background);
const { planUndo, undoDeferred, undoPermits, settleUndo } = proxyActivities<Activities>(ACTIVITY_OPTIONS.background);
const { closeUndo, markReportFailed, markUndoFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);
const { sendReport, sendUndoReport } = proxyActivities<Activities>(ACTIVITY_OPTIONS.mail);

const steps: UndoSteps = {
  planUndo: (input) => planUndo.executeWithOptions({ summary: 'find what the import did' }, [input]),
  undoChunk: (input) => undoChunk.executeWithOptions({ summary: `part ${input.n + 1} of ${input.of}` }, [input]),
  undoDeferred: (input) => undoDeferred.executeWithOptions({ summary: 'users that wait for a value another gives up' }, [input]),
  undoPermits: (input) => undoPermits.executeWithOptions({ summary: 'give released permits back' }, [input]),
  settleUndo: (input) => settleUndo.executeWithOptions({ summary: 'mark the import as undone' }, [input]),
  async sendUndoReport(input) {
    try {
      return await sendUndoReport.executeWithOptions({ summary: 'tell the administrator' }, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // A mail server that says nothing useful for a day: what was restored is restored all the same.
      return { report: 'failed', why: whyItFailed(error) };
    }
  },
  async sendReport(input) {
    try {
      return await sendReport.executeWithOptions({ summary: 'tell the client' }, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return await markReportFailed.executeWithOptions({ summary: 'the e-mail could not be sent' }, [
        { ...input, why: whyItFailed(error) },
      ]);
    }
  },
  closeUndo: (input) => closeUndo.executeWithOptions({ summary: 'close the books' }, [input]),
};

export async function undoImport(input: UndoImportInput): Promise<UndoImportResult> {
  const watcher = watch(input);
  try {
    const result = await undoImportSteps(steps, input, watcher);
    if (!('continueFrom' in result)) return result;
    return await continueAsNew<typeof undoImport>({ ...input, fromChunk: result.continueFrom });
  } catch (error) {
    if (error instanceof ActivityFailure || isCancellation(error)) await writeDown(error, input, watcher);
    throw error;
  }
}

async function writeDown(error: unknown, { importId, turn }: UndoImportInput, watcher: UndoWatcher): Promise<void> {
  const failure = wasCancelled(error) ? 'It was cancelled.' : whyItFailed(error);
  await CancellationScope.nonCancellable(async () => {
    await markUndoFailed.executeWithOptions({ summary: 'write down why it stopped' }, [{ importId, turn, failure }]);
    watcher.enter('failed');
  });
}

function watch({ importId, fileName, fromChunk = 0 }: UndoImportInput): UndoWatcher {
  let progress: UndoProgress = { importId, fileName, phase: 'planning', chunks: 0, chunksDone: fromChunk };
  const show = (change: Partial<UndoProgress>) => {
    progress = { ...progress, ...change };
    setCurrentDetails(describeUndoProgress(progress));
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
