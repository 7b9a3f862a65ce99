// What the e-mail about an undone import tells the administrator: what was restored, and what was left alone and why. Only numbers.

import type { AdminPage } from './describe-report';
import { counted, grouped, oneLine, utc } from './wording';
import type { ImportRun } from '../import-run';
import type { Undo, UndoCounts } from '../undo/undo';

const COUNT_WORDS: Readonly<Record<keyof UndoCounts, string>> = {
  restored: 'Users given their former values back',
  archived: 'Users created by the import, now archived',
  madeActive: 'Users archived by the import, now active again',
  archivedAgain: 'Users reactivated by the import, now archived again',
  permitsReturned: 'Permits returned to their holders',
  usersLeft: 'Users left alone',
  permitsLeft: 'Permits left alone',
};

/** What was done, each with its number; the e-mail, the command line and the Temporal UI say it alike. */
export function undoRows(counts: UndoCounts): readonly { readonly what: keyof UndoCounts; readonly words: string; readonly n: number }[] {
  const rows = Object.entries(COUNT_WORDS) as [keyof UndoCounts, string][];
  return rows.map(([what, words]) => ({ what, words, n: counts[what] })).filter(({ n }) => n > 0);
}

/** `listed` = how many of the users and permits left alone are in the attachment. */
export function describeUndo(run: ImportRun, undo: Undo, listed: number): AdminPage {
  const { counts } = undo;
  const left = counts.usersLeft + counts.permitsLeft;
  return {
    subject: `Import ${run.importId} was undone`,
    verdict: left === 0 ? 'no-failures' : 'failed-records',
    headline: `Import ${run.importId} was undone`,
    lead: leadOf(counts),
    problems: [],
    steps:
      left === 0
        ? []
        : [
            'Open the attached list. It names each user and permit that was left alone, and says why.',
            'Correct them by hand where needed.',
          ],
    notes: [
      ...(listed < left ? [`The attachment lists the first ${grouped(listed)} of ${grouped(left)}.`] : []),
      ...(counts.archived > 0
        ? [
            'Users created by the import keep their data, except e-mail address and user name, which are free for others. A file that contains them makes them active again.',
          ]
        : []),
      'The client is not told about the undo. To have the file imported again, the client must upload it again.',
    ],
    counts: undoRows(counts).map(({ words, n }) => [words, grouped(n)]),
    facts: [
      ['File', oneLine(run.fileName)],
      ['Client', run.clientId],
      ['Import', run.importId],
      ['Received', utc(run.receivedAt)],
      ...(undo.finishedAt === null ? [] : [['Undone on', utc(undo.finishedAt)] as const]),
      ['Requested', `${utc(undo.requestedAt)} by ${oneLine(undo.by, 60)}`],
      ['Reason', oneLine(undo.reason, 300)],
    ],
    footer: `This e-mail was sent automatically to the administrator of the imports of client ${run.clientId}.`,
  };
}

function leadOf({ usersLeft, permitsLeft, ...back }: UndoCounts): string {
  const isAnyBack = Object.values(back).some((n) => n > 0);
  if (usersLeft + permitsLeft === 0) {
    return isAnyBack ? 'Everything it had changed is as it was before.' : 'It had changed nothing, so there was nothing to restore.';
  }
  const left = [...(usersLeft > 0 ? [counted(usersLeft, 'user')] : []), ...(permitsLeft > 0 ? [counted(permitsLeft, 'permit')] : [])].join(
    ' and ',
  );
  const many = usersLeft + permitsLeft > 1;
  return `${left} ${many ? 'were' : 'was'} left alone, because of later changes. ${isAnyBack ? 'Everything else is as it was before.' : 'There was nothing else to restore.'}`;
}
