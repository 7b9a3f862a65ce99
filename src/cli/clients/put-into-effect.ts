// What a client's settings need outside of the database. Temporal judges a schedule before it is stored, the sender of webhooks a URL; folder
// and schedules follow when it was. Both can be repeated, so a failure between costs nothing.

import type { Client, Schedule } from '../../domain/client';
import { profileOf } from '../../domain/client/profiles';
import { scheduleName } from '../../domain/client/schedule';
import { notNow, wrongUse } from '../../errors';
import type { CliDeps, Services } from '../deps';
import { retold } from '../text/describe-error';
import { scheduleText } from './setting-readers';

/** Throws when the setting cannot be in force: with `instead`, which says what was not done. Nothing was stored by then. */
export async function trySchedule({ control }: Pick<Services, 'control'>, schedule: Schedule, instead: string): Promise<void> {
  await control.trySchedule(schedule).catch((error: unknown) => {
    throw retold(error, (message, code) =>
      code === 'WRONG_USE' ? `${instead}:\n  - schedule=${scheduleText(schedule)}: ${message}` : `${instead}: ${message}`,
    );
  });
}

/** The same of the URL for webhooks: throws when nothing could be sent there. Nobody is asked. */
export async function tryWebhookUrl({ webhooks }: Pick<CliDeps, 'webhooks'>, url: string | null, instead: string): Promise<void> {
  const problem = url === null ? undefined : (await webhooks()).sender.problemOf(url);
  if (problem !== undefined) throw wrongUse(`${instead}:\n  - webhookUrl=${url}: ${problem}`);
}

export async function putIntoEffect(
  { clients, files, control }: Pick<Services, 'clients' | 'files' | 'control'>,
  client: Client,
): Promise<void> {
  const { clientId, enabled } = client;
  const refused = await inLine().catch((error: unknown) => {
    const what = `Client ${clientId} is stored, but its folder or schedule could not be brought in line`;
    const again = `imports client ${enabled ? 'enable' : 'disable'} ${clientId}`;
    throw retold(error, (message) => `${what}: ${message}\nThen make up for it with: ${again}`);
  });
  const own = enabled ? refused.find(({ name }) => name === scheduleName(client.settings.schedule)) : undefined;
  if (own === undefined) return;
  throw notNow(
    `Client ${clientId} is stored, but its schedule is not in force. ${own.why}\nSet another with: imports client set ${clientId} schedule=5m`,
  );

  async function inLine() {
    // To disable a client nobody needs the data directory.
    if (enabled || (await files.clientFolder(clientId)).isThere) await files.prepareClient(clientId, profileOf(client).layout);
    return control.applySchedules(clients);
  }
}
