// When an import is held: it would archive many users, or a large part of them. Pure numbers, told apart before anything is written.

import type { ClientSettings } from '../client';
import type { HoldNumbers } from '../import-run';
import { counted, grouped, joinWithAnd } from '../report/wording';

/**
 * True when more than `archives` users would be archived, or at least `floor` users that are more than `percent` % of the active ones.
 * Fewer archives never hold what more do not, so an upper bound that does not hold settles the matter.
 */
export function mustHold(
  { archives, activeUsers }: { readonly archives: number; readonly activeUsers: number },
  holdAbove: ClientSettings['holdAbove'],
): boolean {
  if (archives === 0) return false;
  return archives > holdAbove.archives || (archives >= holdAbove.floor && archives * 100 > holdAbove.percent * activeUsers);
}

/** `archive 120 of 480 active users (25 %), release 2 permits and change 1 user name`. What a file would not do has no words. */
export function wouldDo({ archives, activeUsers, permits, emailChanges, userNameChanges }: HoldNumbers): string {
  return joinWithAnd([
    `archive ${grouped(archives)} of ${grouped(activeUsers)} active users (${shareOf(archives, activeUsers)} %)`,
    ...(permits > 0 ? [`release ${counted(permits, 'permit')}`] : []),
    ...(emailChanges > 0 ? [`change ${counted(emailChanges, 'e-mail address', 'e-mail addresses')}`] : []),
    ...(userNameChanges > 0 ? [`change ${counted(userNameChanges, 'user name')}`] : []),
  ]);
}

/** In %, to one decimal, never rounded up to the whole or down to nothing. */
export function shareOf(part: number, whole: number): number {
  if (part === 0 || whole === 0) return 0;
  if (part >= whole) return 100;
  return Math.min(99.9, Math.max(0.1, Math.round((part / whole) * 1000) / 10));
}
