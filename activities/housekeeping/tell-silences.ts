// Tells administrators of clients that have sent no file for longer than agreed: once a silence, because the outbox knows it by the import
// it began after. Repeating the step sends what is missing. An e-mail that could not be sent now is sent at the next tick.

import type { Client } from '../../src/domain/client';
import { silenceOf } from '../../src/domain/client/silence';
import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeSilence } from '../../src/domain/report/describe-silence';
import type { ActivityPorts } from '../activity-ports';
import { sendOnce } from '../end/send-once';
import { sideBySide } from '../side-by-side';
import { announce } from '../webhooks/announce';

/** Thousands may fall silent at once, and a mail server wants few connections. */
const AT_A_TIME = 8;

export const tellSilences = (ports: ActivityPorts) => async (): Promise<{ readonly alarms: number; readonly failed: number }> => {
  const watched = (await ports.clients.list()).filter(({ settings }) => settings.expectFileEvery !== null);
  let alarms = 0;
  let failed = 0;
  await sideBySide(
    {
      items: watched,
      window: AT_A_TIME,
      failed({ clientId }, error) {
        failed += 1;
        ports.log.warn('silence alarm could not be sent; the next tick tries again', { clientId, error });
      },
    },
    async (client) => {
      if (await tell(ports, client)) alarms += 1;
    },
  );
  return { alarms, failed };
};

/** Whether there was something new to tell. */
async function tell(ports: ActivityPorts, client: Client): Promise<boolean> {
  const { clientId } = client;
  const [newest] = await ports.imports.list({ clientIds: [clientId], limit: 1 });
  const now = ports.clock.now();
  const silence = silenceOf(client, newest, now);
  if (silence === undefined) return false;
  await announce(ports, { type: 'client.silent', clientId, importId: silence.after, at: now.getTime() });
  if ((await ports.outbox.state(silence.after, 'silence')) !== 'pending') return false;
  const alarm = await sendOnce(ports, silence.after, 'silence', () =>
    composeAdminMail({
      importId: silence.after,
      kind: 'silence',
      client,
      mailFrom: ports.mailFrom,
      page: describeSilence({ client, silence, newest, now }),
    }),
  );
  if (alarm === 'sent') ports.metrics.silenceAlarmSent(clientId);
  ports.log.warn('client is silent', { clientId, after: silence.after, alarm });
  return true;
}
