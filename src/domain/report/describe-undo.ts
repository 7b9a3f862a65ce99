// What the e-mail about an undone import says to the administrator: what is back, what was left as it is and why. Only numbers.

import { grouped, utc, type ReportPage } from './describe-report';
import type { ImportRun } from '../import-run';
import { oneLine } from './one-line';
import type { Undo, UndoCounts } from '../undo/undo';

/** What each number counts. */
export const UNDO_COUNT_WORDS: Readonly<Record<keyof UndoCounts, string>> = {
  restored: 'Users that have their former values again',
  archived: 'Users the import had created, now archived',
  madeActive: 'Users the import had archived, now active again',
  archivedAgain: 'Users the import had reactivated, now archived again',
  permitsReturned: 'Permits given back to their holders',
  usersLeft: 'Users left as they are',
  permitsLeft: 'Permits left as they are',
};

/** `listed` = how many of those left alone the attachment lists. */
export function describeUndo(run: ImportRun, undo: Undo, listed: number): ReportPage {
  const { counts } = undo;
  const left = counts.usersLeft + counts.permitsLeft;
  return {
    verdict: left === 0 ? 'no-failures' : 'failed-records',
    headline: `Import ${run.importId} was undone`,
    lead: leadOf(counts),
    problems: [],
    steps:
      left === 0
        ? []
        : [
            'Open the attached list: it names each user and permit that was left as it is, and says why.',
            'Correct them by hand where needed. Nothing else is to be done: the rest is as it was before the import.',
          ],
    notes: [
      ...(listed < left ? [`The attachment lists the first ${grouped(listed)} of ${grouped(left)}.`] : []),
      ...(counts.archived > 0
        ? [
            'Users that the import had created keep their data but for e-mail and user name, which others may take. A file that names them again makes them active.',
          ]
        : []),
      'Clients are not told that an import was undone. To import the file again, it has to be uploaded again.',
    ],
    counts: countRows(counts),
    facts: [
      ['File', oneLine(run.fileName)],
      ['Client', run.clientId],
      ['Import', run.importId],
      ['Received', utc(run.receivedAt)],
      ...(undo.finishedAt === null ? [] : [['Undone', utc(undo.finishedAt)] as const]),
      ['Asked for', `${utc(undo.requestedAt)} by ${oneLine(undo.by, 60)}`],
      ['Reason', oneLine(undo.reason, 300)],
    ],
    footer: 'Sent automatically to the administrator of the imports of this client.',
  };
}

function countRows(counts: UndoCounts): [string, string][] {
  const rows = Object.entries(UNDO_COUNT_WORDS) as [keyof UndoCounts, string][];
  return rows.filter(([key]) => counts[key] > 0).map(([key, label]) => [label, grouped(counts[key])]);
}

function leadOf({ usersLeft, permitsLeft, ...back }: UndoCounts): string {
  const isAnyBack = Object.values(back).some((n) => n > 0);
  if (usersLeft + permitsLeft === 0) {
    return isAnyBack ? 'Everything that it had changed is as it was before.' : 'It had changed nothing, so nothing had to be restored.';
  }
  const left = [
    ...(usersLeft > 0 ? [usersLeft === 1 ? '1 user' : `${grouped(usersLeft)} users`] : []),
    ...(permitsLeft > 0 ? [permitsLeft === 1 ? '1 permit' : `${grouped(permitsLeft)} permits`] : []),
  ].join(' and ');
  const many = usersLeft + permitsLeft > 1;
  return `${left} ${many ? 'were' : 'was'} left as ${many ? 'they are' : 'it is'}, because of what happened since. ${isAnyBack ? 'The rest is as it was before.' : 'Nothing else had to be restored.'}`;
}
