// What goes in and out of workflows: ids, counts and file names. Never a record: history is kept in clear for weeks.

import type { ClientId, ImportId } from '../src/domain/ids';
import type { Counts, ImportOutcome, ReportState } from '../src/domain/import-run';
import type { ResentKind } from '../src/domain/report/compose-mail';
import type { UndoCounts } from '../src/domain/undo/undo';
import type { RefusalCode } from '../src/domain/reason/refusals';
import { eventIdOfKind, partsOfWebhookKind, type WebhookKind } from '../src/domain/webhook/event';

/**
 * One queue for each kind of work, each with slots of its own in the worker, so that a slow mail server, a receiver of webhooks that hangs or a
 * long sweep holds up nothing else. Workflows run on `imports`; on the others only activities do.
 */
export const TASK_QUEUES = {
  imports: 'imports',
  mail: 'imports-mail',
  webhooks: 'imports-webhooks',
  background: 'imports-background',
} as const;

export interface ClientInboxInput {
  readonly clientId: ClientId;
}

/** Name of the signal that wakes an inbox. */
export const WAKE = 'wake';

/** How the ids of schedules that look for files begin; the rest is the name of the setting. */
export const SCAN_SCHEDULES = 'scan/';

export interface ScanFoldersInput {
  /** Name of the setting whose clients are looked at. */
  readonly schedule: string;
}

/** Schedules that belong to no client. */
export const STANDING_SCHEDULES = ['housekeeping', 'silence', 'standing-pass'] as const;

/** Of an import, and of its undo. */
export interface ImportFileInput {
  readonly importId: ImportId;
  readonly fileName: string;
  /** The client's turn that it was given; its steps write only while it lasts. */
  readonly turn: number;
  /** First chunk that is still to be applied or undone; set when the workflow continues as new. */
  readonly fromChunk?: number;
}

export interface ImportFileResult {
  readonly outcome: ImportOutcome;
  /** Why the file was refused, in the words of the catalogue: its own sentence quotes the file. */
  readonly refusal?: { readonly code: RefusalCode; readonly meaning: string };
  readonly counts: Counts;
  readonly report: ReportState;
}

/** It was held and is approved: it waits for a turn, and a new run goes on. */
export interface ApprovedImport {
  readonly approved: true;
}

/** Name of the Update that approves or declines a held import. */
export const DECIDE = 'decide';

export interface UndoImportResult {
  readonly counts: UndoCounts;
  readonly report: ReportState;
}

export interface ResendReportInput {
  readonly importId: ImportId;
  /** Absent = the e-mail about the import. */
  readonly kind?: ResentKind;
}

export interface ResendReportResult {
  /** `nothing-left` = what the e-mail would carry is no longer kept. */
  readonly report: ReportState | 'nothing-left';
}

/** Ids of workflows. */
export const undoWorkflowIdOf = (importId: ImportId): string => `undo/${importId}`;
export const webhookWorkflowIdOf = (importId: ImportId, kind: WebhookKind): string =>
  `webhook/${eventIdOfKind(importId, kind)}/${partsOfWebhookKind(kind).receiver}`;
export const inboxWorkflowIdOf = (clientId: ClientId): string => `inbox/${clientId}`;
export const importWorkflowIdOf = (importId: ImportId): string => `import/${importId}`;
export const resendWorkflowIdOf = (importId: ImportId, kind: ResentKind): string =>
  kind === 'report' ? `resend/${importId}` : `resend-${kind}/${importId}`;
