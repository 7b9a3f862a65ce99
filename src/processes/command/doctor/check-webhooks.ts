// Receivers of webhooks to which nothing can be sent, and events that none of them took. They are not asked: `imports webhook test` does that.

import type { Client } from '../../../domain/client';
import { clientIdOf, parseImportId, type ImportId } from '../../../domain/ids';
import type { OutboxStore, WebhookSender } from '../../../ports';
import { counted } from '../../../domain/report/wording';
import { ill, named, waiting, well, type Finding } from './finding';

const A_WEEK_MS = 7 * 86_400_000;

type Lost = Awaited<ReturnType<OutboxStore['webhooksGivenUp']>>[number];

export interface SeenWebhooks {
  /** That of the installation; null = it has none. */
  readonly url: string | null;
  readonly clients: readonly Client[];
  readonly sender: Pick<WebhookSender, 'problemOf'>;
  readonly outbox: Pick<OutboxStore, 'webhooksGivenUp'>;
  readonly now: Date;
}

export async function checkWebhooks({ url, clients, sender, outbox, now }: SeenWebhooks): Promise<Finding> {
  const own = clients.flatMap(({ clientId, settings: { webhookUrl } }) =>
    webhookUrl === null ? [] : [{ whose: clientId, to: webhookUrl }],
  );
  const receivers = [...(url === null ? [] : [{ whose: 'the installation', to: url }]), ...own];
  for (const { whose, to } of receivers) {
    const problem = sender.problemOf(to);
    if (problem !== undefined) {
      return ill(`nothing can be sent for ${whose}: ${problem}`, 'Correct the setting, also where the workers run. See docs/webhooks.md');
    }
  }
  const lost = await outbox.webhooksGivenUp(new Date(now.getTime() - A_WEEK_MS));
  if (lost[0] !== undefined) {
    const of = named([...new Set(lost.map(({ importId }) => (isImport(importId) ? importId : `client ${clientIdOf(importId)}`)))]);
    return waiting(`${counted(lost.length, 'event')} of the last 7 days could not be delivered (${of})`, whatToDo(lost[0]));
  }
  return well(
    receivers.length === 0
      ? 'off'
      : `${counted(receivers.length, 'receiver')}; try one with: imports webhook test${url === null ? ` ${own[0]?.whose}` : ''}`,
  );
}

function whatToDo({ importId, receiver }: Lost): string {
  const test = `imports webhook test${receiver === 'client' ? ` ${clientIdOf(importId)}` : ''}`;
  return isImport(importId) ? `Why: imports show ${importId}; then try the receiver: ${test}` : `Try the receiver: ${test}`;
}

/** A client that has never sent a file is silent after number 0: there is nothing to show. */
function isImport(importId: ImportId): boolean {
  return parseImportId(importId) !== undefined;
}
