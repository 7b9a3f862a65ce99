// What the e-mails about a held import say: to the administrator, who has to decide and may know nothing of the file. No value of any
// record, only numbers.

import type { Client } from '../client';
import { grouped, utc, type ReportPage } from './describe-report';
import { shareOf } from '../decide/hold-rule';
import type { Held, ImportRun } from '../import-run';
import { oneLine } from './one-line';

export function describeHold(run: ImportRun, held: Held, client: Client): ReportPage {
  const { importId, clientId } = run;
  const { archives, floor, percent } = client.settings.holdAbove;
  const users = held.archives === 1 ? '1 user' : `${grouped(held.archives)} users`;
  return {
    verdict: 'held',
    headline: `${users} would be archived`,
    lead: `${oneLine(run.fileName)} of client ${clientId} waits for approval. Nothing was written yet; later files of this client go on meanwhile.`,
    problems: [],
    steps: [
      `To import it as it is: imports approve ${importId} --reason "…"`,
      `To import all but the archives: imports approve ${importId} --without-archives --reason "…"`,
      `To turn it down: imports decline ${importId} --reason "…"`,
    ],
    notes: [
      `Unless somebody decides, the file is declined on ${utc(held.until)}: no user is changed, and the client is told.`,
      'When it is approved, users of whom a newer file has spoken meanwhile are left alone.',
      `Held because of the limit of this client: more than ${grouped(archives)} users, or at least ${grouped(floor)} that are more than ${percent} % of the active ones.`,
    ],
    counts: [
      ['Users that would be archived', grouped(held.archives)],
      ['Active users now', grouped(held.activeUsers)],
      ['Share of the active users', `${shareOf(held.archives, held.activeUsers)} %`],
      ['Permits that would be released', grouped(held.permits)],
      ['E-mail addresses that would change', grouped(held.emailChanges)],
      ['User names that would change', grouped(held.userNameChanges)],
    ],
    facts: [
      ['File', oneLine(run.fileName)],
      ['Client', clientId],
      ['Import', importId],
      ['Records', grouped(run.counts.records)],
      ['Received', utc(run.receivedAt)],
      ['Waits since', utc(held.since)],
      ['Waits until', utc(held.until)],
    ],
    footer: 'Sent automatically to the administrator of the imports of this client.',
  };
}
