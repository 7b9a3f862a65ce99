// `imports mail`: the e-mail of an import as its client got it. It is made again from what is kept of the import, as it was made to be sent.

import { join } from 'node:path';
import type { Command } from 'commander';
import type { Client } from '../../domain/client';
import type { ImportRun } from '../../domain/import-run';
import { carriedBy, composeReport, MOST_ATTACHED_BYTES, type Message } from '../../domain/report/compose-mail';
import { linesToTell } from '../../domain/report/report-sections';
import { notNow } from '../../errors';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { inTemporaryFolder } from '../local-files';
import type { Printer } from '../text/print';
import { requireImport } from './require-import';

export function addMailCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'mail <id>',
    summary: 'the e-mail of an import as it was sent',
    details: 'Its text, and whether it was delivered. The attachment is printed by: imports rejected ID --csv',
    examples: ['imports mail acme-42', 'imports mail acme-42 --json'],
  }).action(async (id: string) => {
    const services = await deps.open();
    const run = await requireImport(services, id);
    refuseWithout(run);
    const client = await requireClient(services, run.clientId);
    const mail = await compose(services, run, { ...client, settings: run.settings ?? client.settings }, await deps.mailFrom());
    const sentAt = await services.outbox.sentAt(run.importId, 'report');
    await print.show(mailItem(run, mail, sentAt), () => textOf(run, mail, sentAt, print));
  });
}

function refuseWithout({ importId, finishedAt, report }: ImportRun): void {
  if (finishedAt === null)
    throw notNow(`Import ${importId} has not ended, and its e-mail is written when it does. Follow it with: imports watch ${importId}`);
  if (report === 'none' || report === 'not-repeated')
    throw notNow(
      report === 'none'
        ? `Import ${importId} had nothing to report, so there is no e-mail. See it with: imports show ${importId}`
        : `The e-mail of ${importId} was not repeated: the import before had the same bytes and failures. Send it with: imports resend-report ${importId}`,
    );
}

async function compose(services: Services, run: ImportRun, client: Client, mailFrom: string | null): Promise<Message> {
  const found = await attachedRecords(services, run, client);
  const attachment = found === null ? null : { path: '', records: found };
  const told = await services.rejected.at(run.importId, linesToTell(run));
  return composeReport({ run, client, mailFrom, attachment, told });
}

/** How many records the attachment held; null = there was none, or nothing is left of it. */
async function attachedRecords({ files, standing, mails }: Services, run: ImportRun, client: Client): Promise<number | null> {
  const carried = carriedBy(run, client);
  if (carried === undefined) return null;
  const { statusReport, records } = carried;
  const path =
    statusReport === null
      ? (await files.findFailedRecords(run.clientId, run.importId, run.backup))?.path
      : await standing.findStatusReport(run.clientId, statusReport);
  if (path === undefined) return records;
  const cut = await inTemporaryFolder((folder) => mails.cutAttachment(path, join(folder, 'cut.csv'), MOST_ATTACHED_BYTES));
  return cut?.records ?? records;
}

function mailItem(
  { importId, report }: ImportRun,
  { from, replyTo, to, subject, messageId, text, html, attachment }: Message,
  sentAt: Date | null,
) {
  return { importId, report, sentAt, from, replyTo, to, subject, messageId, attachment: attachment?.fileName ?? null, text, html };
}

function textOf({ importId, report }: ImportRun, mail: Message, sentAt: Date | null, print: Printer): string {
  const sent = sentAt === null ? 'yes' : print.time(sentAt);
  const facts = print.facts([
    ['Sent', report === 'sent' ? sent : report === 'failed' ? `no, it could not be sent; why: imports show ${importId}` : 'not yet'],
    ['From', mail.from],
    ['Reply-To', mail.replyTo],
    ['To', mail.to],
    ['Subject', mail.subject],
    ['Message-ID', mail.messageId],
    ['Attachment', mail.attachment?.fileName],
  ]);
  return `${facts}\n\n${mail.text.trimEnd()}`;
}
