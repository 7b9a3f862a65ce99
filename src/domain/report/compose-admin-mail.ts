// The envelope of an e-mail to the administrator of a client's imports. The same import and kind always make the same Message-ID.

import type { Client } from '../client';
import { hostOf, type Report } from './compose-report';
import type { ReportPage } from './describe-report';
import type { ImportId } from '../ids';
import { renderReportHtml } from './render-report-html';
import { renderReportText } from './render-report-text';

export interface AdminMailInput {
  readonly importId: ImportId;
  /** What tells this e-mail from others about the import. */
  readonly kind: string;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  /** Holds no name that a client chose. */
  readonly subject: string;
  readonly page: ReportPage;
}

export function composeAdminMail({ importId, kind, client, mailFrom, subject, page }: AdminMailInput): Report {
  const { replyToAdminEmail } = client.settings;
  return {
    from: mailFrom ?? replyToAdminEmail,
    replyTo: replyToAdminEmail,
    to: replyToAdminEmail,
    subject,
    messageId: `<${importId}.${kind}@${hostOf(replyToAdminEmail)}>`,
    text: renderReportText(page),
    html: renderReportHtml(page),
  };
}
