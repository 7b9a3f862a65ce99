// Times every step, by the phase of an import that it belongs to. The name of a new step is missed here by the compiler.

import { activityInfo } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { RESENT_MAILS } from '../domain/report/compose-mail';
import type { ImportMetrics } from '../ports';

const PHASES: Readonly<Record<keyof Activities, string>> = {
  nextTurn: 'turns',
  wakeWaiting: 'turns',
  inspectFile: 'inspecting',
  planArchive: 'inspecting',
  markHeld: 'held',
  [RESENT_MAILS.hold.step]: 'held',
  settleHold: 'held',
  applyChunk: 'applying',
  applyDeferred: 'applying',
  releasePermits: 'releasing',
  backUpFile: 'backing-up',
  [RESENT_MAILS.report.step]: 'reporting',
  markReportFailed: 'reporting',
  prepareResend: 'reporting',
  closeResend: 'reporting',
  closeImport: 'closing',
  markImport: 'closing',
  planUndo: 'undoing',
  undoChunk: 'undoing',
  undoDeferred: 'undoing',
  undoPermits: 'undoing',
  settleUndo: 'undoing',
  [RESENT_MAILS.undo.step]: 'undoing',
  closeUndo: 'undoing',
  markUndoFailed: 'undoing',
  expireDetails: 'housekeeping',
  removeOldBackups: 'housekeeping',
  clearWorkFolders: 'housekeeping',
  tellSilences: 'silence',
  wakeReadyClients: 'scanning',
  tellAddressChanges: 'silence',
  sendWebhook: 'webhooks',
  markWebhookFailed: 'webhooks',
};

export function measureSteps(metrics: Pick<ImportMetrics, 'stepEnded'>): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
      const started = performance.now();
      const phase = PHASES[activityInfo().activityType as keyof Activities];
      const tell = (result: 'done' | 'failed') => metrics.stepEnded({ phase, result, seconds: (performance.now() - started) / 1000 });
      try {
        const result = await next(input);
        tell('done');
        return result;
      } catch (error) {
        // A worker that stops hands its steps on: nothing has failed.
        if (!(error instanceof CancelledFailure)) tell('failed');
        throw error;
      }
    },
  };
}
