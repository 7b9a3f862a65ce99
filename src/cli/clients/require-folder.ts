// A command that reads or makes the folder of a client needs the right data directory. In another one, as on a machine that reaches only the
// services, it would find nothing and say so, or make a folder to which nobody uploads.

import path from 'node:path';
import type { ClientId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { Services } from '../deps';

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
  throw new ImportsError(
    'CONFIG',
    `The folder of ${clientId} is not in ${path.dirname(folder)}: run this where the data directory is mounted, or set IMPORTS_DATA_DIR.\nIf the folder was removed for good, make an empty one first: mkdir -p ${folder}`,
  );
}
