// The e-mail about one import: envelope, subject and attachment name. describe-report has its text. Pure: the same import always makes the
// same e-mail with the same Message-ID, so mail systems can recognise a repeated send.

import { withoutCsv } from '../file/backup-names';
import type { Client } from '../client';
import { describeReport, type ReportPage } from './describe-report';
import { describeStatus } from './describe-status';
import type { ImportRun } from '../import-run';
import type { Message } from './message';
import { oneLine } from './wording';
import { profileOf, uploadPath } from '../client/profiles';
import type { Told } from './report-problems';
import { renderReportHtml } from './render-report-html';
import { renderReportText } from './render-report-text';

/** Many mail servers refuse more: a larger attachment is cut to its first records. */
export const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;

export interface ReportInput {
  readonly run: ImportRun;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  /**
   * The failed-records file or the status report, cut to its first `records` records if it is too large for mail; null = nothing to attach.
   */
  readonly attachment: { readonly path: string; readonly records: number } | null;
  /** Rejected records whose reasons name another user; without them the e-mail names none. */
  readonly told?: readonly Told[];
}

export function composeReport({ run, client, mailFrom, attachment, told }: ReportInput): Message {
  const { replyToAdminEmail, failedImportEmail } = client.settings;
  const { fileName, page, subject } = contentOf(run, client, attachment?.records ?? null, told);
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

function contentOf(run: ImportRun, client: Client, attached: number | null, told?: readonly Told[]): Content {
  const { report, layout } = profileOf(client);
  if (report === 'status') {
    const page = describeStatus(run, attached, uploadPath(layout) ?? run.fileName, told);
    return { fileName: `${run.importId}-status-report.csv`, page, subject: `User Import Status Report: ${RESULT[page.verdict]}` };
  }
  const fileName = attachmentName(run.fileName);
  const page = describeReport(run, attached, fileName, told);
  return { fileName, page, subject: page.verdict === 'no-failures' ? 'CSV Import Report' : 'CSV Import Failed Records' };
}

const RESULT: Readonly<Record<ReportPage['verdict'], string>> = {
  'no-failures': 'all records imported',
  'failed-records': 'some records failed',
  refused: 'file refused',
  declined: 'file declined',
  held: 'file held',
};

/** A name that every mail program and file system accepts, and that people recognise. */
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
