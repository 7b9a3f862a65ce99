// An e-mail as it is handed to the mail server. Each import has at most one of a kind.

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
export type ResentKind = 'report' | 'undo' | 'hold';
