// The steps that workflows name. Each is thin and safe to run twice; what each may be killed in is said in its file.

import { applyChunk } from './apply-chunk';
import { applyDeferred } from './apply-deferred';
import { backUpFile } from './back-up-file';
import { claimReadyFiles } from './claim-ready-files';
import { clearWorkFolders } from './clear-work-folders';
import { closeImport } from './close-import';
import { closeResend } from './close-resend';
import { expireDetails } from './expire-details';
import { findSilences } from './find-silences';
import { inspectFile } from './inspect-file';
import { markHeld } from './mark-held';
import { markImport } from './mark-import';
import { markReportFailed } from './mark-report-failed';
import type { ActivityPorts } from './activity-ports';
import { planArchive } from './plan-archive';
import { prepareResend } from './prepare-resend';
import { removeOldBackups } from './remove-old-backups';
import { releasePermits } from './release-permits';
import { sendHoldMail } from './send-hold-mail';
import { sendSilenceAlarm } from './send-silence-alarm';
import { sendReport } from './send-report';
import { settleHold } from './settle-hold';
import { closeUndo } from './close-undo';
import { markUndoFailed } from './mark-undo-failed';
import { planUndo } from './plan-undo';
import { sendUndoReport } from './send-undo-report';
import { settleUndo } from './settle-undo';
import { undoChunk } from './undo-chunk';
import { undoDeferred } from './undo-deferred';
import { undoPermits } from './undo-permits';

export function createActivities(ports: ActivityPorts) {
  return {
    claimReadyFiles: claimReadyFiles(ports),
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
    findSilences: findSilences(ports),
    sendSilenceAlarm: sendSilenceAlarm(ports),
  };
}

export type Activities = ReturnType<typeof createActivities>;
