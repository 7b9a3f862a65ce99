// What the e-mails about a held import say to the administrator, who has to decide and may know nothing about the file. Only numbers, no
// values of records, and no commands: an office reads it. The commands are in `imports show`, the Temporal UI and docs/operations.md.

import type { Client } from '../client';
import { shareOf } from '../decide/hold-rule';
import type { AdminPage } from './describe-report';
import type { Held, ImportRun } from '../import-run';
import { counted, grouped, oneLine, utc } from './wording';

export type HoldMailKind = 'hold' | 'hold-reminder';

export function describeHold(run: ImportRun, held: Held, client: Client, kind: HoldMailKind): AdminPage {
  const { importId, clientId } = run;
  const { archives, floor, percent } = client.settings.holdAbove;
  const users = counted(held.archives, 'user');
  return {
    subject:
      kind === 'hold'
        ? `Import ${importId} waits for approval: ${users} would be archived`
        : `Reminder: import ${importId} waits for approval until ${utc(held.until)}`,
    verdict: 'held',
    headline: `${users} would be archived`,
    lead: `${oneLine(run.fileName)} of client ${clientId} is waiting for approval. Nothing has been written yet. Later files of this client are not held up.`,
    problems: [],
    steps: [
      `Ask the client, at ${client.settings.failedImportEmail}, whether these users should be archived.`,
      `Tell support what to do with import ${importId}: approve it, approve it without archiving anyone, or decline it.`,
    ],
    notes: [
      `If nobody decides by ${utc(held.until)}, the file is declined: no user is changed, and the client is told.`,
      'Users who appear in a newer file that has been imported by then are left alone.',
      `Files of this client are held if they would archive more than ${grouped(archives)} users, or at least ${grouped(floor)} that are more than ${percent} % of the active ones.`,
    ],
    counts: [
      ['Users to be archived', grouped(held.archives)],
      ['Active users now', grouped(held.activeUsers)],
      ['Share of the active users', `${shareOf(held.archives, held.activeUsers)} %`],
      ...whereAny([
        ['Permits to be released', held.permits],
        ['E-mail addresses to be changed', held.emailChanges],
        ['User names to be changed', held.userNameChanges],
      ]),
    ],
    facts: [
      ['File', oneLine(run.fileName)],
      ['Client', clientId],
      ['Import', importId],
      ['Records', grouped(run.counts.records)],
      ['Received', utc(run.receivedAt)],
      ['Waiting since', utc(held.since)],
      ['Waiting until', utc(held.until)],
    ],
    footer: `This e-mail was sent automatically to the administrator of the imports of client ${clientId}.`,
  };
}

function whereAny(rows: readonly (readonly [label: string, n: number])[]): readonly (readonly [label: string, value: string])[] {
  return rows.filter(([, n]) => n > 0).map(([label, n]) => [label, grouped(n)]);
}
