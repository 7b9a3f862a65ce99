// The attempts of one connection to log in, until one succeeds or there were too many.

import type { Socket } from 'node:net';
import type { AuthContext, Connection } from 'ssh2';
import type { Client } from '../../domain/client';
import type { ClientFolder } from '../../door/folder/client-folder';
import { errnoOf } from '../../door/folder/folder-error';
import { authenticate, refuse } from './authenticate';
import type { ConnectionContext } from './serve-connection';

/** Who is logged in, and where. */
export interface Visitor {
  readonly client: Client;
  readonly folder: ClientFolder;
}

const MAX_FAILURES = 6;

export function logIn(
  connection: Connection,
  { socket, ip }: { readonly socket: Socket; readonly ip: string },
  { frontDoor, admit }: ConnectionContext,
  welcome: (visitor: Visitor) => void,
): void {
  const { logins, log, metrics, folderOf } = frontDoor;
  let failures = 0;

  const decide = async (attempt: AuthContext): Promise<void> => {
    const { outcome, login } = await authenticate(attempt, { logins, log, metrics, ip });
    if (outcome === 'accepted' && login.client !== undefined && login.account !== undefined) {
      welcome({ client: login.client, folder: await folderOf(login.client.clientId) });
      logins.welcome(login.account).catch((error: unknown) => log.warn('Noting a login failed', { error: errnoOf(error) ?? 'unknown' }));
      admit(socket);
      attempt.accept();
    } else if (outcome === 'probed') attempt.accept();
    else {
      if (outcome === 'failed') failures += 1;
      refuse(attempt);
      if (failures >= MAX_FAILURES) connection.end();
    }
  };

  connection.on('authentication', (attempt) => {
    // What the peer had sent before it heard that it is sent away.
    if (failures >= MAX_FAILURES) return;
    decide(attempt).catch((error: unknown) => {
      log.error('Deciding on a login failed', { ip, error: errnoOf(error) ?? (error instanceof Error ? error.name : 'unknown') });
      refuse(attempt);
    });
  });
}
