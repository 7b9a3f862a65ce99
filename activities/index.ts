// The steps that workflows name. Each is thin and safe to run twice; each file says what happens if it is killed.

import { applyChunk } from './apply/apply-chunk';
import { applyDeferred } from './apply/apply-deferred';
import { backUpFile } from './end/back-up-file';
import { clearWorkFolders, expireDetails, removeOldBackups } from './housekeeping/keep-house';
import { closeImport, closeUndo } from './end/close-import';
import { closeResend, prepareResend } from './end/resend';
import { inspectFile } from './inspect/inspect-file';
import { markHeld, sendHoldMail, settleHold } from './hold/hold';
import { markImport, markUndoFailed } from './turn/mark-stopped';
import { markReportFailed } from './end/send-once';
import type { ActivityPorts, Shared } from './activity-ports';
import { RESENT_MAILS } from '../src/domain/report/compose-mail';
import { KeyLooks } from './mend-keys';
import { Pace } from './pace';
import { planArchive } from './plan/plan-archive';
import { releasePermits, undoPermits } from './apply/permits';
import { tellAddressChanges, tellSilences } from './housekeeping/watch-silence';
import { sendReport } from './end/send-report';
import { planUndo, undoChunk } from './undo/undo-chunks';
import { sendUndoReport } from './undo/send-undo-report';
import { settleUndo } from './undo/settle-undo';
import { undoDeferred } from './undo/undo-deferred';
import { nextTurn } from './turn/next-turn';
import { wakeWaiting, wakeReadyClients } from './turn/wake-clients';
import { markWebhookFailed, sendWebhook } from './webhooks/events';

interface Step {
  /** Of an import, or of what else goes on: steps are measured by it. */
  readonly phase: string;
  readonly run: (ports: ActivityPorts, input: never, shared: Shared) => Promise<unknown>;
  /** Others make room for the import that takes it, as for one whose batches are at work (activities/pace.ts). */
  readonly makesRoom?: true;
}

export const STEPS = {
  nextTurn: { phase: 'turns', run: nextTurn },
  wakeWaiting: { phase: 'turns', run: wakeWaiting },
  inspectFile: { phase: 'inspecting', run: inspectFile, makesRoom: true },
  planArchive: { phase: 'inspecting', run: planArchive, makesRoom: true },
  markHeld: { phase: 'held', run: markHeld },
  [RESENT_MAILS.hold.step]: { phase: 'held', run: sendHoldMail },
  settleHold: { phase: 'held', run: settleHold },
  applyChunk: { phase: 'applying', run: applyChunk },
  applyDeferred: { phase: 'applying', run: applyDeferred, makesRoom: true },
  releasePermits: { phase: 'releasing', run: releasePermits },
  backUpFile: { phase: 'backing-up', run: backUpFile, makesRoom: true },
  [RESENT_MAILS.report.step]: { phase: 'reporting', run: sendReport },
  markReportFailed: { phase: 'reporting', run: markReportFailed },
  prepareResend: { phase: 'reporting', run: prepareResend },
  closeResend: { phase: 'reporting', run: closeResend },
  closeImport: { phase: 'closing', run: closeImport, makesRoom: true },
  markImport: { phase: 'closing', run: markImport },
  planUndo: { phase: 'undoing', run: planUndo },
  undoChunk: { phase: 'undoing', run: undoChunk },
  undoDeferred: { phase: 'undoing', run: undoDeferred },
  undoPermits: { phase: 'undoing', run: undoPermits },
  settleUndo: { phase: 'undoing', run: settleUndo },
  [RESENT_MAILS.undo.step]: { phase: 'undoing', run: sendUndoReport },
  closeUndo: { phase: 'undoing', run: closeUndo },
  markUndoFailed: { phase: 'undoing', run: markUndoFailed },
  expireDetails: { phase: 'housekeeping', run: expireDetails },
  removeOldBackups: { phase: 'housekeeping', run: removeOldBackups },
  clearWorkFolders: { phase: 'housekeeping', run: clearWorkFolders },
  tellSilences: { phase: 'silence', run: tellSilences },
  tellAddressChanges: { phase: 'silence', run: tellAddressChanges },
  wakeReadyClients: { phase: 'scanning', run: wakeReadyClients },
  sendWebhook: { phase: 'webhooks', run: sendWebhook },
  markWebhookFailed: { phase: 'webhooks', run: markWebhookFailed },
} as const satisfies Record<string, Step>;

/** As Temporal knows them: with the ports at hand, a step takes its input and nothing else. */
export type Activities = { readonly [Name in keyof typeof STEPS]: Bound<(typeof STEPS)[Name]['run']> };

type Bound<Run extends Step['run']> =
  Parameters<Run> extends [ActivityPorts, infer Input, ...unknown[]] ? (input: Input) => ReturnType<Run> : () => ReturnType<Run>;

export function createActivities(ports: ActivityPorts): Activities {
  const shared: Shared = { pace: new Pace(), keyLooks: new KeyLooks() };
  const bound = Object.entries<Step>(STEPS).map(([name, { run, makesRoom }]) => {
    const step = (input: never) => run(ports, input, shared);
    return [name, makesRoom === true ? shared.pace.seen(step) : step];
  });
  return Object.fromEntries(bound) as Activities;
}
