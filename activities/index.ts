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
import type { ActivityPorts } from './activity-ports';
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
import { wakeWaiting } from './turn/wake-waiting';
import { markWebhookFailed, sendWebhook } from './webhooks/send-webhook';
import { wakeReadyClients } from './scan/wake-ready-clients';

export function createActivities(ports: ActivityPorts) {
  const pace = new Pace();
  return {
    nextTurn: nextTurn(ports),
    wakeWaiting: wakeWaiting(ports),
    inspectFile: pace.seen(inspectFile(ports)),
    planArchive: pace.seen(planArchive(ports)),
    markHeld: markHeld(ports),
    sendHoldMail: sendHoldMail(ports),
    settleHold: settleHold(ports),
    applyChunk: applyChunk(ports, pace),
    applyDeferred: pace.seen(applyDeferred(ports)),
    releasePermits: releasePermits(ports),
    backUpFile: pace.seen(backUpFile(ports)),
    sendReport: sendReport(ports),
    markReportFailed: markReportFailed(ports),
    closeImport: pace.seen(closeImport(ports)),
    markImport: markImport(ports),
    prepareResend: prepareResend(ports),
    closeResend: closeResend(ports),
    planUndo: planUndo(ports),
    undoChunk: undoChunk(ports, pace),
    undoDeferred: undoDeferred(ports),
    undoPermits: undoPermits(ports),
    settleUndo: settleUndo(ports),
    sendUndoReport: sendUndoReport(ports),
    closeUndo: closeUndo(ports),
    markUndoFailed: markUndoFailed(ports),
    expireDetails: expireDetails(ports),
    removeOldBackups: removeOldBackups(ports),
    clearWorkFolders: clearWorkFolders(ports),
    tellSilences: tellSilences(ports),
    wakeReadyClients: wakeReadyClients(ports),
    tellAddressChanges: tellAddressChanges(ports),
    sendWebhook: sendWebhook(ports),
    markWebhookFailed: markWebhookFailed(ports),
  };
}

export type Activities = ReturnType<typeof createActivities>;
