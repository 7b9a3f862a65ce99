// What Temporal runs for one file: the steps with their timeouts and names, progress for those who watch, and the one place that
// writes down a failure.

import { continueAsNew, proxyActivities, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';
import { approvalOf } from './approval';
import { describeProgress, framed, type Progress } from './describe-progress';
import { importFileSteps, type ImportSteps, type Watcher } from './import-file-steps';
import type { ApprovedImport, ImportFileInput, ImportFileResult } from './messages';
import { ImportOutcome, ImportRecords, ImportRejected, ImportState } from './search-attributes';
import { sendReport } from './send-report';
import { tellInbox } from './signals';
import { toItsEnd, whyItFailed } from './to-its-end';

const { inspectFile, planArchive } = proxyActivities<Activities>(ACTIVITY_OPTIONS.inspect);
const { applyChunk } = proxyActivities<Activities>(ACTIVITY_OPTIONS.chunk);
const { applyDeferred, releasePermits, backUpFile } = proxyActivities<Activities>(ACTIVITY_OPTIONS.sweep);
const { closeImport, markHeld, settleHold } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);
const { markImport } = proxyActivities<Activities>(ACTIVITY_OPTIONS.lastWord);
const { sendHoldMail } = proxyActivities<Activities>(ACTIVITY_OPTIONS.mail);

const steps: ImportSteps = {
  inspectFile: (input) => inspectFile.executeWithOptions({ summary: 'read the file' }, [input]),
  planArchive: (input) => planArchive.executeWithOptions({ summary: 'count who would be archived' }, [input]),
  markHeld: (input) => markHeld.executeWithOptions({ summary: 'hold the import' }, [input]),
  // Only the first one is marked when it fails: a reminder repeats what was said.
  sendHoldMail: (input) =>
    input.kind === 'hold'
      ? sendReport({ importId: input.importId }, 'hold')
      : sendHoldMail.executeWithOptions({ summary: 'remind the administrator' }, [input]),
  settleHold: (input) => settleHold.executeWithOptions({ summary: input.decision?.verdict ?? 'declined: nobody decided in time' }, [input]),
  applyChunk: (input) => applyChunk.executeWithOptions({ summary: `chunk ${input.n + 1} of ${input.of}` }, [input]),
  applyDeferred: (input) => applyDeferred.executeWithOptions({ summary: 'records that waited for a value another gives up' }, [input]),
  releasePermits: (input) => releasePermits.executeWithOptions({ summary: 'release permits of archived users' }, [input]),
  backUpFile: (input) => backUpFile.executeWithOptions({ summary: 'move the file to .bak, with its receipt' }, [input]),
  sendReport,
  closeImport: (input) => closeImport.executeWithOptions({ summary: 'close the books' }, [input]),
};

export async function importFile(input: ImportFileInput): Promise<ImportFileResult | ApprovedImport> {
  const { importId, turn } = input;
  const watcher = watch(input);
  return toItsEnd<ImportFileResult | ApprovedImport>({
    steps: () => importFileSteps(steps, input, watcher),
    continueAsNew: (fromChunk) => continueAsNew<typeof importFile>({ ...input, fromChunk }),
    async lastWord({ error, isCancelled }) {
      const state = isCancelled ? 'cancelled' : 'failed';
      const failure = state === 'failed' ? whyItFailed(error) : null;
      await markImport.executeWithOptions({ summary: `mark as ${state}` }, [{ importId, turn, state, failure }]);
      watcher.enter(state);
    },
  });
}

function watch(input: ImportFileInput): Watcher {
  let progress: Progress = { importId: input.importId, fileName: input.fileName, state: 'queued' };
  const show = (change: Partial<Progress>) => {
    progress = { ...progress, ...change };
    setCurrentDetails(framed(describeProgress(progress)));
  };
  return {
    enter(state, seen) {
      show({ state, ...seen });
      const records = seen?.records;
      upsertSearchAttributes([
        { key: ImportState, value: state },
        ...(records === undefined ? [] : [{ key: ImportRecords, value: records }]),
      ]);
    },
    approval: approvalOf(input.importId),
    async meanwhile(step) {
      void step().catch(() => undefined);
    },
    chunkDone: () => show({ chunksDone: (progress.chunksDone ?? input.fromChunk ?? 0) + 1 }),
    turnIsOver: () => tellInbox(input.importId),
    ended({ outcome, counts }) {
      show({ state: 'finished', counts });
      upsertSearchAttributes([
        { key: ImportState, value: 'finished' },
        { key: ImportOutcome, value: outcome },
        { key: ImportRejected, value: counts.rejected },
      ]);
    },
    mustContinueAsNew: () => workflowInfo().continueAsNewSuggested,
  };
}
