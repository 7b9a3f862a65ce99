// Tells the administrator that a client has fallen silent: once a silence, because the outbox knows it by the import it began after. Looks
// again first: while a mail server was down, the file may have come.

import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeSilence } from '../../src/domain/report/describe-silence';
import { silenceOf } from '../../src/domain/client/silence';
import type { ActivityPorts } from '../activity-ports';
import type { FoundSilence } from './find-silences';
import { sendOnce } from '../end/send-once';

export const sendSilenceAlarm =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'outbox' | 'mailer' | 'clock' | 'log' | 'metrics' | 'mailFrom'>) =>
  async ({ clientId, after }: FoundSilence): Promise<{ readonly alarm: 'sent' | 'failed' | 'over' }> => {
    const client = await ports.clients.find(clientId);
    const [newest] = await ports.imports.list({ clientId, limit: 1 });
    const now = ports.clock.now();
    const silence = client === undefined ? undefined : silenceOf(client, newest, now);
    if (client === undefined || silence === undefined || silence.after !== after) return { alarm: 'over' };
    const { mailFrom } = ports;
    const alarm = await sendOnce(ports, after, 'silence', () =>
      composeAdminMail({
        importId: after,
        kind: 'silence',
        client,
        mailFrom,
        subject: `No file from ${clientId} for more than ${client.settings.expectFileEvery}`,
        page: describeSilence({ client, silence, newest, now }),
      }),
    );
    if (alarm === 'sent') ports.metrics.silenceAlarmSent(clientId);
    ports.log.warn('client is silent', { clientId, after, alarm });
    return { alarm };
  };
