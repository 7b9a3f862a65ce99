// What the log in an Agylia client's folder says about each step. Only codes, counts and ids: anyone with the client's login can read it.

import type { Counts, HoldVerdict, ImportOutcome } from '../import-run';
import type { RefusalCode } from '../reason/refusals';

interface Attempt {
  readonly attempt: number;
}

const DECIDED: Readonly<Record<HoldVerdict | 'timed-out', string>> = {
  approve: 'approved',
  'approve-without-archives': 'approved without archiving anyone',
  decline: 'declined',
  'timed-out': 'declined, because nobody decided in time',
};

/** Each step, and what is known of it. */
const WORDS = {
  found: ({ bytes }: { readonly bytes: number }) => `found: a new version of the upload, ${bytes} bytes`,
  skipped: ({ sha1, claimedBy }: { readonly sha1: string; readonly claimedBy: string }) =>
    `skipped: this version was taken before, as ${claimedBy}; delete /tmp/${sha1} to import it again`,
  started: ({ attempt }: Attempt) => `started${again(attempt)}`,
  read: ({ records }: { readonly records: number }) => `read: ${records} records`,
  refused: ({ code }: { readonly code: RefusalCode }) => `refused: ${code}`,
  held: ({ archives, activeUsers }: { readonly archives: number; readonly activeUsers: number }) =>
    `held: ${archives} of ${activeUsers} active users would be archived; waiting for approval`,
  decided: ({ verdict }: { readonly verdict: HoldVerdict | 'timed-out' }) => `decided: ${DECIDED[verdict]}`,
  ended: ({ outcome, counts }: { readonly outcome: ImportOutcome | 'stopped'; readonly counts: Counts }) =>
    `ended: ${outcome}; ${countsOf(counts)}`,
  reported: ({ name }: { readonly name: string }) => `report: /reports/${name}`,
  'e-mailed': ({ report }: { readonly report: 'sent' | 'failed' }) =>
    report === 'sent' ? 'e-mail: handed to the mail server' : 'e-mail: could not be sent',
  failed: ({ attempt }: Attempt) => `failed${again(attempt)}: there is a fault on our side, and we are looking into it`,
  cancelled: ({ attempt }: Attempt) => `cancelled${again(attempt)}`,
  undone: () => 'undone: its changes were taken back',
};

type Kind = keyof typeof WORDS;
type Known<Words> = Words extends (known: infer K) => string ? K : never;
export type ProcessStep = { readonly [K in Kind]: { readonly kind: K } & Known<(typeof WORDS)[K]> }[Kind];

export function describeStep(step: ProcessStep): string {
  return (WORDS[step.kind] as (known: ProcessStep) => string)(step);
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
