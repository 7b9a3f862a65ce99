// The e-mail about one import: envelope, subject, attachment name; what it says comes from describe-report. Pure: the same import
// always makes the same e-mail with the same Message-ID, so a repeated send can be recognised by the mail systems it passes.

import { withoutCsv } from '../file/backup-names';
import type { Client } from '../client';
import { describeReport, type ReportPage } from './describe-report';
import { describeStatus } from './describe-status';
import type { ImportRun } from '../import-run';
import { oneLine } from './one-line';
import { profileOf, uploadPath } from '../client/profiles';
import { renderReportHtml } from './render-report-html';
import { renderReportText } from './render-report-text';

export interface ReportInput {
  readonly run: ImportRun;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  /** The failed-records file or the status report, or a copy of its first `records` records when it is too large for mail; null = nothing to attach. */
  readonly attachment: { readonly path: string; readonly records: number } | null;
}

/** What the `Mailer` port sends. */
export interface Report {
  readonly from: string;
  readonly replyTo: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  readonly attachment?: { readonly fileName: string; readonly path: string };
}

export function composeReport({ run, client, mailFrom, attachment }: ReportInput): Report {
  const { replyToAdminEmail, failedImportEmail } = client.settings;
  const { fileName, page, subject } = contentOf(run, client, attachment?.records ?? null);
  return {
    from: mailFrom ?? replyToAdminEmail,
    replyTo: replyToAdminEmail,
    to: failedImportEmail,
    subject,
    messageId: `<${run.importId}.report@${hostOf(replyToAdminEmail)}>`,
    text: renderReportText(page),
    html: renderReportHtml(page),
    ...(attachment === null ? {} : { attachment: { fileName, path: attachment.path } }),
  };
}

interface Content {
  /** Of the attachment. */
  readonly fileName: string;
  readonly page: ReportPage;
  readonly subject: string;
}

function contentOf(run: ImportRun, client: Client, attached: number | null): Content {
  const { report, layout } = profileOf(client);
  if (report === 'status') {
    const page = describeStatus(run, attached, uploadPath(layout) ?? run.fileName);
    return { fileName: `${run.importId}-status-report.csv`, page, subject: `User Import Status Report: ${RESULT[page.verdict]}` };
  }
  const fileName = attachmentName(run.fileName);
  const page = describeReport(run, attached, fileName);
  return { fileName, page, subject: page.verdict === 'no-failures' ? 'CSV Import Report' : 'CSV Import Failed Records' };
}

const RESULT: Readonly<Record<ReportPage['verdict'], string>> = {
  'no-failures': 'all records imported',
  'failed-records': 'some records failed',
  refused: 'file refused',
  declined: 'file declined',
  held: 'file held',
};

/** A name that every mail program and file system takes, and that stays recognisable. */
function attachmentName(fileName: string): string {
  const stem = Array.from(oneLine(withoutCsv(fileName), 255))
    .slice(0, 80)
    .join('');
  const safe = stem
    .replace(/[\\/:*?"<>|\u{fffd}]/gu, '_')
    .replace(/^[.\s]+/, '')
    .trim();
  return `${safe === '' ? 'import' : safe}-failed-records.csv`;
}

export function hostOf(address: string): string {
  const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(host) ? host : 'imports.invalid';
}
