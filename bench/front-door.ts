// The SFTP front door alone, in a process of its own, for one account that logs in with a key: `node front-door.js DATA_DIR PUBLIC_KEY`.
// Says its port as the first line of its output. Stores are in memory: what is measured is connections and files, not the database.

import { readFileSync } from 'node:fs';
import { DEFAULT_SETTINGS, type Client } from '../src/domain/client';
import { parseClientId } from '../src/domain/ids';
import { openFrontDoor } from '../src/door/open-front-door';
import { parsePublicKey } from '../src/door/public-key';
import type { Account } from '../src/domain/client/access';
import { startSftp } from '../src/sftp/start-sftp';
import { accountStore, banStore, clientStore, sessionStore } from '../test/sftp/support/door-stores';

const silent = { info: () => undefined, warn: () => undefined, error: (...what: unknown[]) => console.error(...what) };

async function main(dataDir: string, publicKeyFile: string): Promise<void> {
  const clientId = parseClientId('acme')!;
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@acme.example' };
  const client: Client = { clientId, enabled: true, settings };
  const publicKeys = [parsePublicKey(readFileSync(publicKeyFile, 'utf8'))];
  const account: Account = { userName: 'acme', clientId, passwordHash: null, publicKeys, enabled: true, lastLoginAt: null };
  const door = await openFrontDoor({
    dataDir,
    accounts: accountStore(new Map([['acme', account]])),
    clients: clientStore(new Map([['acme', client]])),
    bans: banStore(),
    sessions: sessionStore(),
    // All clients come from one address here.
    sharedAddresses: ['127.0.0.1'],
    quietMs: 5_000,
    log: silent,
    onReady: async () => undefined,
  });
  const { port } = await startSftp(door, { host: '127.0.0.1', port: 0, dataDir });
  console.log(port);
}

void main(process.argv[2]!, process.argv[3]!);
