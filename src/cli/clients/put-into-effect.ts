// What must follow when a client was stored: its folder and its schedule. Both steps can be repeated, so a failure between costs nothing.

import type { Client } from '../../domain/client';
import { profileOf } from '../../domain/client/profiles';
import { ImportsError } from '../../errors';
import type { Services } from '../deps';
import { describeError } from '../text/describe-error';

export async function putIntoEffect({ files, control }: Pick<Services, 'files' | 'control'>, client: Client): Promise<void> {
  const { clientId, enabled } = client;
  try {
    await files.prepareClient(clientId, profileOf(client).layout);
    await control.applySchedule(client);
  } catch (error) {
    const { code, message } = describeError(error);
    const again = `imports client ${enabled ? 'enable' : 'disable'} ${clientId}`;
    throw new ImportsError(
      code === 'UNEXPECTED' ? 'NOT_NOW' : code,
      `Client ${clientId} is stored, but its folder or schedule could not be brought in line: ${message}\nThen make up for it with: ${again}`,
      { cause: error },
    );
  }
}
