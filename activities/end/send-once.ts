// Hands an e-mail to the mail server once. The outbox says whether it went; a process that dies between the mail server's yes and that
// note sends it again with the same Message-ID. A mailbox that does not exist ends the matter.

import type { ImportId } from '../../src/domain/ids';
import { ImportsError } from '../../src/errors';
import type { MailKind, Message } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { whileBeating } from '../heartbeat/while-beating';

const MOST_TRIES = 8;
const BETWEEN_TRIES_MS = 1_000;

export async function sendOnce(
  ports: Pick<ActivityPorts, 'outbox' | 'mailer' | 'clock'>,
  importId: ImportId,
  kind: MailKind,
  compose: () => Message | Promise<Message>,
): Promise<'sent' | 'failed'> {
  const known = await ports.outbox.state(importId, kind);
  if (known !== 'pending') return known;
  return whileBeating(async () => {
    const refusal = await ports.mailer.send(await compose()).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ImportsError && error.code === 'MAIL_REJECTED') return error.message;
        throw error;
      },
    );
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
