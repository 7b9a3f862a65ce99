// The client that a command names, or a refusal that says how to find the right name.

import type { Client } from '../../domain/client';
import { parseClientId, type ClientId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import { suggestName } from '../../domain/file/suggest-name';
import type { Services } from '../deps';
import { escapeText } from '../text/escape-text';

export const CLIENT_ID_RULE = '1 to 40 lower-case letters, digits and inner hyphens, e.g. acme or city-of-halifax';

function readClientId(text: string): ClientId {
  const clientId = parseClientId(text);
  if (clientId === undefined) throw new ImportsError('WRONG_USE', `${escapeText(text)} is not a client id: ${CLIENT_ID_RULE}`);
  return clientId;
}

/** Each once, as named. */
export async function requireClients(services: Pick<Services, 'clients'>, names: readonly string[]): Promise<readonly ClientId[]> {
  const found: ClientId[] = [];
  for (const name of new Set(names)) found.push((await requireClient(services, name)).clientId);
  return found;
}

export async function requireClient({ clients }: Pick<Services, 'clients'>, text: string): Promise<Client> {
  const clientId = readClientId(text);
  const client = await clients.find(clientId);
  if (client !== undefined) return client;
  const near = suggestName(
    clientId,
    (await clients.list()).map((known) => known.clientId),
  );
  throw new ImportsError(
    'NOT_FOUND',
    `There is no client ${clientId}${near === undefined ? '' : `; did you mean ${near}?`}\nSee all with: imports client list`,
  );
}
