// Sends mail through an SMTP server. One connection per message: reports are rare, and a connection kept open would only go stale.
// What the server answers may quote addresses, so errors carry its codes and never its words.

import type { ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { ImportsError, unreachable } from '../../errors';
import type { Mailer } from '../../ports';
import type { Message } from '../../domain/report/compose-mail';
import { cutAttachment } from './cut-attachment';

const SECOND = 1_000;
/** Shorter than the step's own time limit (workflows/activity-options.ts), so that a hanging server is told from a dead worker. */
const WHOLE_CALL = 240 * SECOND;

export function createMailer(smtpUrl: string): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    dnsTimeout: 10 * SECOND,
    connectionTimeout: 15 * SECOND,
    greetingTimeout: 15 * SECOND,
    // One that looks through a message for long takes it in the end: who does not wait for its yes sends it again and again.
    socketTimeout: WHOLE_CALL,
    // Content is handed over as streams and strings only: no text of a message can make the library open a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    cutAttachment,
    async send(message) {
      const file = message.attachment === undefined ? undefined : await openAttachment(message.attachment.path);
      try {
        await transport.sendMail({ ...mailOf(message, file), signal: AbortSignal.timeout(WHOLE_CALL) });
      } catch (error) {
        throw asImportsError(error, message);
      } finally {
        file?.destroy();
      }
    },
  };
}

function mailOf(message: Message, file: ReadStream | undefined) {
  const { from, replyTo, to, subject, messageId, text, html, attachment } = message;
  return {
    from,
    replyTo,
    to,
    subject,
    messageId,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    ...(attachment === undefined || file === undefined
      ? {}
      : { attachments: [{ filename: attachment.fileName, contentType: 'text/csv; charset=utf-8', content: file }] }),
  };
}

async function openAttachment(path: string): Promise<ReadStream> {
  try {
    return (await open(path)).createReadStream();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw cause;
    throw new ImportsError(
      'FILE_VANISHED',
      'The e-mail was not sent: the failed-records file to attach is gone. The command "imports rejected" still lists the records.',
    );
  }
}

interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

function asImportsError(error: unknown, message: Message): ImportsError {
  const answer = answerOf(error as SmtpError);
  if (isFinal(error as SmtpError)) {
    return new ImportsError(
      'MAIL_REJECTED',
      `The mail server refused the e-mail for good (${answer}). Check the client's ${settingOf(error as SmtpError, message)}.`,
    );
  }
  return unreachable(`The mail server did not take the e-mail (${answer}); sending it is tried again. Check SMTP_URL if this lasts.`);
}

/** Which of them names the address that was refused. */
function settingOf({ command }: SmtpError, { to, replyTo }: Message): 'replyToAdminEmail' | 'failedImportEmail' {
  return command === 'MAIL FROM' || to === replyTo ? 'replyToAdminEmail' : 'failedImportEmail';
}

/** E.g. `550 5.1.1 at RCPT TO`. */
function answerOf({ code, command, response, responseCode }: SmtpError): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return [responseCode ?? code ?? 'no answer', enhanced, command && `at ${command}`].filter(Boolean).join(' ');
}

/**
 * A "no" to this message, as against a "no" to us: greeting, TLS, log-in and 530 (log in first) are the installation's settings,
 * which ops may correct while the e-mail waits. 503 = commands out of order, which says nothing about the message.
 */
function isFinal({ code, command, responseCode }: SmtpError): boolean {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false;
  if (responseCode === undefined) return command === 'API';
  return responseCode >= 500 && responseCode !== 503 && responseCode !== 530;
}
