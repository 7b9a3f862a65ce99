// Looks into one client's folder and imports what is ready, one file after the other, oldest first. Started by the client's schedule
// and by nothing else, so that two scans of a client never run side by side. Files that arrive meanwhile are found before it ends.
// An import counts as done for the scan when its file is out of the way: an e-mail that waits for a mail server delays no file.

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Activities } from '../activities';
import type { ClaimedFile } from '../activities/claim/claim-ready-files';
import type { ImportId } from '../src/domain/ids';
import { ACTIVITY_OPTIONS } from './activity-options';
import { escapeMarkdown } from './describe-progress';
import { importFile } from './import-file';
import { importWorkflowIdOf, type ScanFolderInput, type ScanFolderResult } from './messages';
import { ImportClient, ImportState } from './search-attributes';
import { fileIsOutOfTheWay } from './signals';

const { claimReadyFiles } = proxyActivities<Activities>(ACTIVITY_OPTIONS.scan);

export async function scanFolder(input: ScanFolderInput): Promise<ScanFolderResult> {
  const before = input.filesBefore ?? 0;
  const seen = new Set<ImportId>();
  const outOfTheWay = new Set<ImportId>();
  setHandler(fileIsOutOfTheWay, (importId) => void outOfTheWay.add(importId));
  for (;;) {
    const { files } = await claimReadyFiles.executeWithOptions({ summary: 'look for files that are ready' }, [
      { ...input, filesBefore: before + seen.size },
    ]);
    const fresh = files.filter((file) => !seen.has(file.importId));
    if (fresh.length === 0) return { files: before + seen.size };
    for (const file of fresh) {
      seen.add(file.importId);
      const nth = before + seen.size;
      setCurrentDetails(`Importing **${escapeMarkdown(file.fileName)}** as \`${file.importId}\`, file ${nth} of this scan.`);
      await runImport(input, file, () => outOfTheWay.has(file.importId));
    }
    // Thousands of files would be more than one history may hold. To the schedule it is the same scan, so that no other one starts.
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof scanFolder>({ ...input, filesBefore: before + seen.size });
  }
}

/** Waits until the import has ended or needs the folder no more, however it ends: one file's failure is not the next file's. */
async function runImport(input: ScanFolderInput, file: ClaimedFile, isOutOfTheWay: () => boolean): Promise<void> {
  try {
    const child = await startChild(importFile, {
      workflowId: importWorkflowIdOf(file.importId),
      args: [{ importId: file.importId, fileName: file.fileName, attempt: 1 }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `${file.importId} · ${escapeMarkdown(file.fileName)}`,
      typedSearchAttributes: [
        { key: ImportClient, value: input.clientId },
        { key: ImportState, value: 'queued' },
      ],
    });
    await Promise.race([child.result(), condition(isOutOfTheWay)]);
  } catch (error) {
    // Only this scan's own: an import that was cancelled says the same.
    if (CancellationScope.current().consideredCancelled) throw error;
    // An earlier scan that was terminated had started it already: it goes on by itself.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    log.warn('import did not end well; the next file goes on', { importId: file.importId });
  }
}
