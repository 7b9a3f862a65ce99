// Every ten minutes: e-mails that are not about an import. Repeating a step sends what is missing; an e-mail that could not be sent now is
// sent at the next tick.

import type { Client } from '../../src/domain/client';
import { silenceOf } from '../../src/domain/client/schedule';
import { describeSilence, describeAddressChange } from '../../src/domain/report/describe-alarms';
import type { ActivityPorts } from '../activity-ports';
import { sendAdminMail } from '../end/send-once';
import { sideBySide } from '../heartbeat';
import { announce } from '../webhooks/events';
import { importIdOf } from '../../src/domain/ids';
import type { AuditEntry } from '../../src/domain/audit';

/** Thousands may fall silent at once, and a mail server wants few connections. */
const AT_A_TIME = 8;

/** Tells administrators of clients that sent no file for longer than agreed, once: the outbox knows a silence by the import before it. */
export async function tellSilences(ports: ActivityPorts): Promise<{ readonly alarms: number; readonly failed: number }> {
  const watched = (await ports.clients.list()).filter(({ settings }) => settings.expectFileEvery !== null);
  let alarms = 0;
  const onFailure = ({ clientId }: Client, error: unknown) =>
    ports.log.warn('silence alarm could not be sent; the next tick tries again', { clientId, error });
  const failed = await sideBySide({ items: watched, window: AT_A_TIME, onFailure }, async (client) => {
    if (await tellSilence(ports, client)) alarms += 1;
  });
  return { alarms, failed };
}

/** Whether there was something new to tell. */
async function tellSilence(ports: ActivityPorts, client: Client): Promise<boolean> {
  const { clientId } = client;
  const [newest] = await ports.imports.list({ clientIds: [clientId], limit: 1 });
  const now = ports.clock.now();
  const silence = silenceOf(client, newest, now);
  if (silence === undefined) return false;
  await announce(ports, { type: 'client.silent', clientId, importId: silence.after, at: now.getTime() });
  if ((await ports.outbox.state(silence.after, 'silence')) !== 'pending') return false;
  const page = describeSilence({ client, silence, newest, now });
  const alarm = await sendAdminMail(ports, { importId: silence.after, kind: 'silence', client, page });
  if (alarm === 'sent') ports.metrics.silenceAlarmSent(clientId);
  ports.log.warn('client is silent', { clientId, after: silence.after, alarm });
  return true;
}

/** A mail server that is away for longer has other problems. */
const LOOK_BACK_MS = 7 * 86_400_000;

/**
 * Tells the old and the new address when an operator has changed where failed records go: a wrong address would send people's data to a
 * stranger, and nobody would miss it. The audit says what was changed, the outbox who was told.
 */
export async function tellAddressChanges(ports: ActivityPorts): Promise<{ readonly told: number; readonly failed: number }> {
  let told = 0;
  let failed = 0;
  const since = new Date(ports.clock.now().getTime() - LOOK_BACK_MS);
  for await (const entry of ports.audit.entries({ since })) {
    const was = entry.was?.['failedImportEmail'];
    const is = entry.is?.['failedImportEmail'];
    if (entry.action !== 'client set' || typeof was !== 'string' || typeof is !== 'string') continue;
    try {
      told +=
        (await tellChange(ports, entry, { to: was, kind: `address-old-${entry.seq}` })) +
        (await tellChange(ports, entry, { to: is, kind: `address-new-${entry.seq}` }));
    } catch (error) {
      failed += 1;
      ports.log.warn('a changed address could not be told; the next tick tries again', { clientId: entry.clientId, error });
    }
  }
  return { told, failed };
}

async function tellChange(
  ports: ActivityPorts,
  { clientId, at, by }: AuditEntry,
  { to, kind }: { readonly to: string; readonly kind: `address-${'old' | 'new'}-${number}` },
): Promise<0 | 1> {
  const client = clientId === null ? undefined : await ports.clients.find(clientId);
  if (client === undefined) return 0;
  const importId = importIdOf(client.clientId, 0);
  if ((await ports.outbox.state(importId, kind)) !== 'pending') return 0;
  const page = describeAddressChange({ client, at, by: by.selfDeclared ?? by.name, isOld: kind.startsWith('address-old') });
  await sendAdminMail(ports, { importId, kind, client, page, to });
  return 1;
}
