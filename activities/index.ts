// The steps that workflows name. Each is thin and safe to run twice; each file says what happens if it is killed.

import { applyChunk } from './apply/apply-chunk';
import { applyDeferred } from './apply/apply-deferred';
import { backUpFile } from './end/back-up-file';
import { clearWorkFolders } from './housekeeping/clear-work-folders';
import { closeImport } from './end/close-import';
import { closeResend, prepareResend } from './end/resend';
import { expireDetails } from './housekeeping/expire-details';
import { inspectFile } from './inspect/inspect-file';
import { markHeld } from './hold/mark-held';
import { markImport } from './end/mark-import';
import { markReportFailed } from './end/send-once';
import type { ActivityPorts } from './activity-ports';
import { planArchive } from './plan/plan-archive';
import { removeOldBackups } from './housekeeping/remove-old-backups';
import { releasePermits } from './apply/release-permits';
import { sendHoldMail } from './hold/send-hold-mail';
import { tellAddressChanges } from './housekeeping/tell-address-changes';
import { tellSilences } from './housekeeping/tell-silences';
import { sendReport } from './end/send-report';
import { settleHold } from './hold/settle-hold';
import { closeUndo, markUndoFailed } from './undo/end-undo';
import { planUndo } from './undo/plan-undo';
import { sendUndoReport } from './undo/send-undo-report';
import { settleUndo } from './undo/settle-undo';
import { undoChunk } from './undo/undo-chunk';
import { undoDeferred } from './undo/undo-deferred';
import { undoPermits } from './undo/undo-permits';
import { nextTurn } from './turn/next-turn';
import { wakeWaiting } from './turn/wake-waiting';
import { markWebhookFailed } from './webhooks/mark-webhook-failed';
import { sendWebhook } from './webhooks/send-webhook';
import { wakeReadyClients } from './scan/wake-ready-clients';

export function createActivities(ports: ActivityPorts) {
  return {
    nextTurn: nextTurn(ports),
    wakeWaiting: wakeWaiting(ports),
    inspectFile: inspectFile(ports),
    planArchive: planArchive(ports),
    markHeld: markHeld(ports),
    sendHoldMail: sendHoldMail(ports),
    settleHold: settleHold(ports),
    applyChunk: applyChunk(ports),
    applyDeferred: applyDeferred(ports),
    releasePermits: releasePermits(ports),
    backUpFile: backUpFile(ports),
    sendReport: sendReport(ports),
    markReportFailed: markReportFailed(ports),
    closeImport: closeImport(ports),
    markImport: markImport(ports),
    prepareResend: prepareResend(ports),
    closeResend: closeResend(ports),
    planUndo: planUndo(ports),
    undoChunk: undoChunk(ports),
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
