// Tells the old and the new address when an operator has changed where failed records go: a wrong address would send people's data to a
// stranger, and nobody would miss it. The audit says what was changed, the outbox who was told; repeating the step sends what is missing.

import { importIdOf } from '../../src/domain/ids';
import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeAddressChange } from '../../src/domain/report/describe-address-change';
import type { AuditEntry } from '../../src/domain/audit';
import type { ActivityPorts } from '../activity-ports';
import { sendOnce } from '../end/send-once';

/** A mail server that is away for longer has other problems. */
const LOOK_BACK_MS = 7 * 86_400_000;

export const tellAddressChanges = (ports: ActivityPorts) => async (): Promise<{ readonly told: number; readonly failed: number }> => {
  let told = 0;
  let failed = 0;
  const since = new Date(ports.clock.now().getTime() - LOOK_BACK_MS);
  for await (const entry of ports.audit.entries({ since })) {
    const was = entry.was?.['failedImportEmail'];
    const is = entry.is?.['failedImportEmail'];
    if (entry.action !== 'client set' || typeof was !== 'string' || typeof is !== 'string') continue;
    try {
      told +=
        (await tell(ports, entry, { to: was, kind: `address-old-${entry.seq}` })) +
        (await tell(ports, entry, { to: is, kind: `address-new-${entry.seq}` }));
    } catch (error) {
      failed += 1;
      ports.log.warn('a changed address could not be told; the next tick tries again', { clientId: entry.clientId, error });
    }
  }
  return { told, failed };
};

async function tell(
  ports: ActivityPorts,
  { clientId, at, by }: AuditEntry,
  { to, kind }: { readonly to: string; readonly kind: `address-${'old' | 'new'}-${number}` },
): Promise<0 | 1> {
  const client = clientId === null ? undefined : await ports.clients.find(clientId);
  if (client === undefined) return 0;
  const importId = importIdOf(client.clientId, 0);
  if ((await ports.outbox.state(importId, kind)) !== 'pending') return 0;
  await sendOnce(ports, importId, kind, () => ({
    ...composeAdminMail({
      importId,
      kind,
      client,
      mailFrom: ports.mailFrom,
      page: describeAddressChange({ client, at, by: by.selfDeclared ?? by.name, isOld: kind.startsWith('address-old') }),
    }),
    to,
  }));
  return 1;
}
