// A front door on a free port with two clients, `acme` and `globex`, one account each, which log in by key or password.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { parseClientId, type ClientId } from '../../../src/domain/ids';
import type { Log } from '../../../src/ports';
import type { Account, Ban, LiveSession } from '../../../src/domain/client/access';
import { openFrontDoor, type FrontDoor, type FrontDoorOptions } from '../../../src/door/open-front-door';
import { startSftp, type SftpServer } from '../../../src/sftp/start-sftp';
import { hashPassword } from '../../../src/door/passwords';
import { parsePublicKey } from '../../../src/door/public-key';
import { accountStore, banStore, clientStore, sessionStore } from './door-stores';

export const PASSWORD = 'correct horse battery staple';
export const QUIET_MS = 300;

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Fixture {
  /** The door that is open now; another one after `restart`. */
  readonly door: SftpServer;
  /** What it shares with other ways in. */
  readonly frontDoor: FrontDoor;
  readonly dataDir: string;
  readonly keyFile: string;
  readonly knownHosts: string;
  readonly accounts: Map<string, Account>;
  readonly clients: Map<string, Client>;
  readonly bans: Map<string, Ban>;
  readonly sessions: Map<string, LiveSession>;
  readonly lines: LogLine[];
  readonly log: Log;
  /** Clients as they were announced. */
  readonly ready: ClientId[];
  /** Where a file of the client, or of its staging, lies. */
  published(name: string, client?: string): string;
  staging(client?: string): string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Made by the first door of a test file and used by the others: an RSA key takes its time. */
let hostKeys: string | undefined;
afterAll(async () => {
  if (hostKeys !== undefined) await rm(hostKeys, { recursive: true });
});

export function clientId(text: string): ClientId {
  const id = parseClientId(text);
  if (id === undefined) throw new TypeError(`${text} is no client id`);
  return id;
}

/** ssh2 writes one of 200 in such a way that nobody can read it. */
export function keyPair(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment: 'test' });
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

export async function openFixture(change: Partial<FrontDoorOptions> = {}): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'front-door-'));
  const dataDir = join(directory, 'data');
  const keyFile = join(directory, 'id_ed25519');
  const pair = keyPair();
  await writeFile(keyFile, pair.private, { mode: 0o600 });
  await writeFile(`${keyFile}.pub`, pair.public);
  const passwordHash = await hashPassword(PASSWORD);
  const clients = new Map<string, Client>();
  const accounts = new Map<string, Account>();
  for (const name of ['acme', 'globex']) {
    const id = clientId(name);
    const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'a@example.org', replyToAdminEmail: 'b@example.org', maxFileBytes: 300e6 };
    clients.set(id, { clientId: id, enabled: true, settings });
    const publicKeys = [parsePublicKey(pair.public)];
    accounts.set(name, { userName: name, clientId: id, passwordHash, publicKeys, enabled: true, lastLoginAt: null });
  }
  const bans = new Map<string, Ban>();
  const sessions = new Map<string, LiveSession>();
  const lines: LogLine[] = [];
  const ready: ClientId[] = [];
  const options: FrontDoorOptions = {
    dataDir,
    accounts: accountStore(accounts),
    clients: clientStore(clients),
    bans: banStore(bans),
    sessions: sessionStore(sessions),
    // What the tests of a file do wrong from here is not added up.
    sharedAddresses: ['127.0.0.1'],
    quietMs: QUIET_MS,
    log: logInto(lines),
    onReady: async (id) => void ready.push(id),
    ...change,
  };
  if (hostKeys !== undefined) await cp(hostKeys, join(dataDir, 'keys'), { recursive: true });
  let frontDoor: FrontDoor;
  const open = async (): Promise<SftpServer> => {
    frontDoor = await openFrontDoor(options);
    const server = await startSftp(frontDoor, { host: '127.0.0.1', port: 0, dataDir });
    const opened = frontDoor;
    const stop = async (): Promise<void> => {
      await server.stop();
      await opened.close();
    };
    return { ...server, stop };
  };
  let door = await open();
  if (hostKeys === undefined) {
    hostKeys = await mkdtemp(join(tmpdir(), 'front-door-keys-'));
    await cp(join(dataDir, 'keys'), hostKeys, { recursive: true });
  }
  return {
    get door() {
      return door;
    },
    get frontDoor() {
      return frontDoor;
    },
    dataDir,
    keyFile,
    knownHosts: join(directory, 'known_hosts'),
    accounts,
    clients,
    bans,
    sessions,
    lines,
    log: options.log,
    ready,
    published: (name, client = 'acme') => join(dataDir, 'clients', client, name),
    staging: (client = 'acme') => join(dataDir, 'uploads', client),
    async restart() {
      await door.stop();
      door = await open();
    },
    async stop() {
      await door.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function logInto(lines: LogLine[]): Log {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields = {}): void =>
      void lines.push({ level, message, fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
