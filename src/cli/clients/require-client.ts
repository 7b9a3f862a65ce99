// The client that a command names, and its folder, or a refusal that says what to do.

import path from 'node:path';
import type { Client } from '../../domain/client';
import { parseClientId, type ClientId } from '../../domain/ids';
import { misconfigured, notFound, wrongUse } from '../../errors';
import { didYouMean } from '../../domain/file/suggest-name';
import type { Services } from '../deps';
import { escapeText, shellWord } from '../text/escape-text';

export const CLIENT_ID_RULE = '1 to 40 lower-case letters, digits and inner hyphens, e.g. acme or city-of-halifax';

function readClientId(text: string): ClientId {
  const clientId = parseClientId(text);
  if (clientId === undefined) throw wrongUse(`${escapeText(text)} is not a client id: ${CLIENT_ID_RULE}`);
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
  const known = (await clients.list()).map((one) => one.clientId);
  throw notFound(`There is no client ${clientId}${didYouMean(clientId, known)}\nSee all with: imports client list`);
}

/**
 * For a command that reads or makes the folder of a client: in another data directory, as on a machine that reaches only the services, it
 * would find nothing and say so, or make a folder to which nobody uploads.
 */
export async function requireFolder({ files }: Pick<Services, 'files'>, clientId: ClientId): Promise<void> {
  const folder = await files.clientFolder(clientId);
  if (!folder.isThere) refuse(clientId, folder.path);
}

/** Before the folder of `clientId` is made: that of some client is there, or there is no client yet. */
export async function requireDataDirectory({ clients, files }: Pick<Services, 'clients' | 'files'>, clientId: ClientId): Promise<void> {
  if ((await files.clientFolder(clientId)).isThere) return;
  const [first, ...others] = (await clients.list()).map((client) => client.clientId);
  if (first === undefined) return;
  for (const one of [first, ...others]) if ((await files.clientFolder(one)).isThere) return;
  refuse(first, (await files.clientFolder(first)).path);
}

function refuse(clientId: ClientId, folder: string): never {
  throw misconfigured(
    `The folder of ${clientId} is not in ${path.dirname(folder)}: run this where the data directory is mounted, or set IMPORTS_DATA_DIR.\nIf the folder was removed for good, make an empty one first: mkdir -p ${shellWord(folder)}`,
  );
}
