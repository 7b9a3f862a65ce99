// Hands an e-mail to the mail server once, or an event to its receiver. The outbox says whether it went; a process that dies between the
// other side's yes and that note sends it again with the same Message-ID or event id. A mailbox that does not exist ends the matter.

import type { ImportId } from '../../src/domain/ids';
import { ImportsError } from '../../src/errors';
import { composeAdminMail, type AdminMail, type MailKind, type Message, type ResentKind } from '../../src/domain/report/compose-mail';
import type { WebhookKind } from '../../src/domain/webhook/event';
import type { ActivityPorts } from '../activity-ports';
import { whileBeating } from '../heartbeat';
import type { ReportState } from '../../src/domain/import-run';

const MOST_TRIES = 8;
const BETWEEN_TRIES_MS = 1_000;

export async function sendOnce(
  ports: ActivityPorts,
  importId: ImportId,
  kind: MailKind,
  compose: () => Message | Promise<Message>,
): Promise<'sent' | 'failed'> {
  return once(ports, importId, kind, async () =>
    ports.mailer.send(await compose()).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ImportsError && error.code === 'MAIL_REJECTED') return error.message;
        throw error;
      },
    ),
  );
}

/** The same to the administrator of the client's imports, or `to` somebody else. */
export function sendAdminMail(
  ports: ActivityPorts,
  { to, ...mail }: Omit<AdminMail, 'mailFrom'> & { readonly kind: MailKind; readonly to?: string },
): Promise<'sent' | 'failed'> {
  const { importId, kind } = mail;
  return sendOnce(ports, importId, kind, () => ({
    ...composeAdminMail({ ...mail, mailFrom: ports.mailFrom }),
    ...(to !== undefined && { to }),
  }));
}

/** `send` returns why the other side refused it for good; undefined = it took it. */
export async function once(
  ports: ActivityPorts,
  importId: ImportId,
  kind: MailKind | WebhookKind,
  send: () => Promise<string | undefined>,
): Promise<'sent' | 'failed'> {
  const known = await ports.outbox.state(importId, kind);
  if (known !== 'pending') return known;
  return whileBeating(async () => {
    const refusal = await send();
    const state = refusal === undefined ? 'sent' : 'failed';
    await insist(() => ports.outbox.setState(importId, kind, state, ports.clock.now(), refusal));
    return state;
  });
}

/** A database that is away for a moment must not make the e-mail go twice. */
async function insist(note: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await note();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    }
  }
}

interface FailedMail {
  readonly importId: ImportId;
  readonly kind?: ResentKind;
  /** What the last try said. */
  readonly why?: string;
}

/** It could not be sent within its time: the import, or its undo, is good all the same, and `imports show` says so, and why. */
export async function markReportFailed(
  ports: ActivityPorts,
  { importId, kind = 'report', why }: FailedMail,
): Promise<{ readonly report: ReportState }> {
  await ports.outbox.setState(importId, kind, 'failed', ports.clock.now(), why);
  if (kind === 'undo') await ports.undos.update(importId, { report: 'failed' });
  // One that was undone meanwhile has nothing to tell any more.
  if (kind === 'report') await ports.imports.updateIf(importId, { report: 'pending' }, { report: 'failed' });
  ports.log.warn('e-mail could not be sent', { importId, kind });
  return { report: 'failed' };
}
