// What the log in an Agylia client's folder says about each step. Only codes, counts and ids: anyone with the client's login can read it.

import type { Counts, HoldVerdict, ImportOutcome } from '../import-run';
import type { RefusalCode } from '../reason/refusals';

export type ProcessStep =
  | { readonly kind: 'found'; readonly bytes: number }
  | { readonly kind: 'skipped'; readonly sha1: string; readonly claimedBy: string }
  | { readonly kind: 'started'; readonly attempt: number }
  | { readonly kind: 'read'; readonly records: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  | { readonly kind: 'held'; readonly archives: number; readonly activeUsers: number }
  | { readonly kind: 'decided'; readonly verdict: HoldVerdict | 'timed-out' }
  | { readonly kind: 'ended'; readonly outcome: ImportOutcome | 'stopped'; readonly counts: Counts }
  | { readonly kind: 'reported'; readonly name: string }
  | { readonly kind: 'e-mailed'; readonly report: 'sent' | 'failed' }
  | { readonly kind: 'failed' | 'cancelled'; readonly attempt: number }
  | { readonly kind: 'undone' };

const DECIDED: Readonly<Record<HoldVerdict | 'timed-out', string>> = {
  approve: 'approved',
  'approve-without-archives': 'approved without archiving anyone',
  decline: 'declined',
  'timed-out': 'declined, because nobody decided in time',
};

export function describeStep(step: ProcessStep): string {
  switch (step.kind) {
    case 'found':
      return `found: a new version of the upload, ${step.bytes} bytes`;
    case 'skipped':
      return `skipped: this version was taken before, as ${step.claimedBy}; delete /tmp/${step.sha1} to import it again`;
    case 'started':
      return `started${again(step.attempt)}`;
    case 'read':
      return `read: ${step.records} records`;
    case 'refused':
      return `refused: ${step.code}`;
    case 'held':
      return `held: ${step.archives} of ${step.activeUsers} active users would be archived; waiting for approval`;
    case 'decided':
      return `decided: ${DECIDED[step.verdict]}`;
    case 'ended':
      return `ended: ${step.outcome}; ${countsOf(step.counts)}`;
    case 'reported':
      return `report: /reports/${step.name}`;
    case 'e-mailed':
      return step.report === 'sent' ? 'e-mail: handed to the mail server' : 'e-mail: could not be sent';
    case 'failed':
      return `failed${again(step.attempt)}: there is a fault on our side, and we are looking into it`;
    case 'cancelled':
      return `cancelled${again(step.attempt)}`;
    case 'undone':
      return 'undone: its changes were taken back';
  }
}

function again(attempt: number): string {
  return attempt > 1 ? ` (attempt ${attempt})` : '';
}

function countsOf({ records, created, updated, unchanged, archived, rejected, repeated, superseded }: Counts): string {
  const counts = { records, created, updated, unchanged, archived, failed: rejected, repeated, superseded };
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
