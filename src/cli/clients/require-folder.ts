// The folder of a client must be there for a command whose answer depends on what lies in it: with another data directory, as on a machine
// that reaches the services only, it would find nothing and say so.

import path from 'node:path';
import type { ClientId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { Services } from '../deps';

export async function requireFolder({ files }: Pick<Services, 'files'>, clientId: ClientId): Promise<void> {
  const folder = await files.clientFolder(clientId);
  if (folder.isThere) return;
  throw new ImportsError(
    'CONFIG',
    `The folder of ${clientId} is not in ${path.dirname(folder.path)}: run this where the data directory is mounted, or set IMPORTS_DATA_DIR.\nWhere the folder was removed for good, make an empty one first.`,
  );
}
