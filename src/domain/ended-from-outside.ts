// How an import ends whose workflow was ended from outside. It could record nothing itself, so the code that finds it does, by this one rule.
// An import that was only sending its e-mail has otherwise ended well: its file is in `.bak`, and there is nothing to retry.

import type { ImportRun } from './import-run';

/** Also of an undo. */
export const ENDED_FROM_OUTSIDE = 'Its workflow was ended from outside: somebody terminated it in Temporal, or Temporal lost it.';
/** Why its e-mail was not sent. */
export const STOPPED_BEFORE_MAIL = 'It was stopped before the mail server had taken the e-mail.';

export type Ending =
  | { readonly to: 'failed'; readonly change: { readonly failure: string } }
  | { readonly to: 'finished'; readonly change: { readonly report?: 'failed' } };

export function endingOf({ state, report }: Pick<ImportRun, 'state' | 'report'>): Ending {
  if (state !== 'reporting') return { to: 'failed', change: { failure: ENDED_FROM_OUTSIDE } };
  return { to: 'finished', change: report === 'pending' ? { report: 'failed' } : {} };
}
