// E-mails: envelope, subject, attachment name. Pure: the same import and kind always make the same e-mail with the same Message-ID, so mail
// systems can recognise a repeated send.

import { withoutCsv } from '../file/folder-files';
import type { Client } from '../client';
import { describeReport, type ReportPage, type AdminPage } from './describe-report';
import { describeStatus } from './status-report';
import type { ImportRun } from '../import-run';
import { oneLine } from './wording';
import { profileOf, uploadPath } from '../client/profiles';
import type { Told } from './report-sections';
import { renderReportHtml } from './render-report-html';
import { renderReportText } from './render-report-text';
import type { ImportId } from '../ids';

/** As it is handed to the mail server. */
export interface Message {
  readonly from: string;
  readonly replyTo: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  readonly attachment?: { readonly fileName: string; readonly path: string };
}

/** What an e-mail is about; each import has at most one of a kind. */
export type MailKind = 'report' | 'undo' | 'hold' | 'hold-reminder' | 'silence' | `address-${'old' | 'new'}-${number}`;

/** Those that `imports resend-report` sends again: about an import, about its undo, and to ask for approval. */
export type ResentKind = keyof typeof RESENT_MAILS;

/** The step that sends each, by its name in Temporal, and the setting that says who gets it. */
export const RESENT_MAILS = {
  report: { step: 'sendReport', to: 'failedImportEmail' },
  undo: { step: 'sendUndoReport', to: 'replyToAdminEmail' },
  hold: { step: 'sendHoldMail', to: 'replyToAdminEmail' },
} as const;

/** Many mail servers refuse more: a larger attachment is cut to its first records. */
export const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;

export interface ReportInput {
  readonly run: ImportRun;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  /** The failed-records file or status report, cut to its first `records` ones if too large for mail; null = nothing to attach. */
  readonly attachment: { readonly path: string; readonly records: number } | null;
  /** Rejected records whose reasons name another user; without them the e-mail names none. */
  readonly told?: readonly Told[];
}

/** The e-mail about one import: envelope, subject and attachment name. describe-report has its text. */
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

export interface AdminMail {
  readonly importId: ImportId;
  /** Tells this e-mail apart from others about the import. */
  readonly kind: string;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  readonly page: AdminPage;
}

/** An e-mail to the administrator of a client's imports. */
export function composeAdminMail({ importId, kind, client, mailFrom, page }: AdminMail): Message {
  const { replyToAdminEmail } = client.settings;
  return {
    from: mailFrom ?? replyToAdminEmail,
    replyTo: replyToAdminEmail,
    to: replyToAdminEmail,
    subject: page.subject,
    messageId: `<${importId}.${kind}@${hostOf(replyToAdminEmail)}>`,
    text: renderReportText(page),
    html: renderReportHtml(page),
  };
}

const HOUR_MS = 3_600_000;

/** Whether the client was told the same within the last hour: its previous import had the same bytes and the same failures. */
export function isRepeatedReport(run: ImportRun, previous: ImportRun | undefined): boolean {
  return (
    previous !== undefined &&
    previous.sha256 !== null &&
    previous.sha256 === run.sha256 &&
    previous.finishedAt !== null &&
    run.finishedAt !== null &&
    run.finishedAt.getTime() - previous.finishedAt.getTime() <= HOUR_MS &&
    previous.outcome === run.outcome &&
    previous.rejectedDigest === run.rejectedDigest &&
    previous.refusal?.code === run.refusal?.code &&
    previous.refusal?.message === run.refusal?.message &&
    (previous.report === 'sent' || previous.report === 'pending' || previous.report === 'not-repeated')
  );
}
