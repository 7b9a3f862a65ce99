// An e-mail to the administrator of a client's imports. The same import and kind always give the same Message-ID.

import type { Client } from '../client';
import { hostOf } from './compose-report';
import type { AdminPage } from './describe-report';
import type { ImportId } from '../ids';
import type { Message } from './message';
import { renderReportHtml } from './render-report-html';
import { renderReportText } from './render-report-text';

interface AdminMailInput {
  readonly importId: ImportId;
  /** Tells this e-mail apart from others about the import. */
  readonly kind: string;
  readonly client: Client;
  /** Replaces the client's own address as From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  readonly page: AdminPage;
}

export function composeAdminMail({ importId, kind, client, mailFrom, page }: AdminMailInput): Message {
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
