// E-mails: envelope, subject, attachment name. Pure: the same import and kind always make the same e-mail with the same Message-ID, so mail
// systems can recognise a repeated send.

import { withoutCsv } from '../file/folder-files';
import type { Client } from '../client';
import { describeReport, type ReportPage, type AdminPage } from './describe-report';
import { describeStatus, statusReportName } from './status-report';
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

/** The step that sends each, by its name in Temporal, the setting that says who gets it, and what it is called before the import's id. */
export const RESENT_MAILS = {
  report: { step: 'sendReport', to: 'failedImportEmail', called: 'e-mail of' },
  undo: { step: 'sendUndoReport', to: 'replyToAdminEmail', called: 'e-mail about the undo of' },
  hold: { step: 'sendHoldMail', to: 'replyToAdminEmail', called: 'e-mail that asks for approval of' },
} as const;

/** Many mail servers refuse more: a larger attachment is cut to its first records. */
export const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;

/** What the e-mail of an import carries, by the client's profile: a status report, or (null) its failed records, and how many records. */
export function carriedBy(run: ImportRun, client: Client): { readonly statusReport: string | null; readonly records: number } | undefined {
  if (profileOf(client).report === 'status') return { statusReport: statusReportName(run), records: run.counts.records };
  return run.counts.rejected === 0 ? undefined : { statusReport: null, records: run.counts.rejected };
}

/** A CSV file, and how many records it has. */
export interface Attachment {
  readonly path: string;
  readonly records: number;
}

export interface ReportInput extends Pick<AdminMail, 'client' | 'mailFrom'> {
  readonly run: ImportRun;
  /** The failed-records file or status report, cut to its first `records` ones if too large for mail; null = nothing to attach. */
  readonly attachment: Attachment | null;
  /** Rejected records whose reasons name another user; without them the e-mail names none. */
  readonly told?: readonly Told[];
}

/** The e-mail about one import: envelope, subject and attachment name. describe-report has its text. */
export function composeReport({ run, client, mailFrom, attachment, told }: ReportInput): Message {
  const { fileName, page } = contentOf(run, client, attachment?.records ?? null, told);
  return {
    // The envelope is that of all our e-mails; this one goes to the client.
    ...composeAdminMail({ importId: run.importId, kind: 'report', client, mailFrom, page }),
    to: client.settings.failedImportEmail,
    ...(attachment === null ? {} : { attachment: { fileName, path: attachment.path } }),
  };
}

interface Content {
  /** Of the attachment. */
  readonly fileName: string;
  readonly page: AdminPage;
}

function contentOf(run: ImportRun, client: Client, attached: number | null, told?: readonly Told[]): Content {
  const { report, layout } = profileOf(client);
  if (report === 'status') {
    const page = describeStatus(run, attached, uploadPath(layout) ?? run.fileName, told);
    return {
      fileName: `${run.importId}-status-report.csv`,
      page: { ...page, subject: `User Import Status Report: ${RESULT[page.verdict]}` },
    };
  }
  const fileName = attachmentName(run.fileName);
  const page = describeReport(run, attached, fileName, told);
  return { fileName, page: { ...page, subject: page.verdict === 'no-failures' ? 'CSV Import Report' : 'CSV Import Failed Records' } };
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
