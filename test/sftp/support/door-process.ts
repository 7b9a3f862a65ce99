// A front door in a process of its own, for what cannot be measured, or killed, in the process of a test. Started by spawn-door.ts, told
// what to do by the environment, and says where it listens as the first line of its output. Two clients, `acme` and `globex`, log in by
// the password it was given.

import { existsSync } from 'node:fs';
import fs, { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { parseClientId } from '../../../src/domain/ids';
import type { Account } from '../../../src/domain/client/access';
import { LIMITS } from '../../../src/door/limits';
import { openFrontDoor } from '../../../src/door/open-front-door';
import { startFtps } from '../../../src/ftps/start-ftps';
import { hashPassword } from '../../../src/door/passwords';
import { startSftp } from '../../../src/sftp/start-sftp';
import { DISK_IS_FULL, HELD, type DoorOrders, type Step } from './door-orders';
import { accountStore, banStore, clientStore, sessionStore } from './door-stores';

async function main(orders: DoorOrders): Promise<void> {
  const { dataDir, password, slowWriteMs, dies, quietMs } = orders;
  const dying = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    if (dies?.step === step && dies.when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = await work();
    if (dies?.step === step && dies.when === 'after') process.kill(process.pid, 'SIGKILL');
    return result;
  };
  const clients = new Map<string, Client>();
  const accounts = new Map<string, Account>();
  const passwordHash = await hashPassword(password);
  for (const name of ['acme', 'globex']) {
    const clientId = parseClientId(name);
    if (clientId === undefined) throw new TypeError(name);
    const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'a@example.org', replyToAdminEmail: 'b@example.org' };
    clients.set(name, { clientId, enabled: true, settings });
    accounts.set(name, { userName: name, clientId, passwordHash, publicKeys: [], enabled: true, lastLoginAt: null });
  }
  const say = (message: string, fields: object = {}): void => void process.stdout.write(`${JSON.stringify({ message, ...fields })}\n`);
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    say(HELD, { megabytes: Math.round((heapUsed + external) / 1024 ** 2) });
  });
  const frontDoor = await openFrontDoor({
    dataDir,
    accounts: accountStore(accounts),
    clients: clientStore(clients),
    bans: banStore(new Map()),
    sessions: sessionStore(new Map()),
    // Nobody is to be turned away for what the test before did.
    sharedAddresses: ['127.0.0.1'],
    quietMs,
    limits: { ...LIMITS, ...orders.limits },
    log: { info: say, warn: say, error: say },
    onReady: (clientId) => dying('announce', async () => say('ready', { clientId })),
  });
  const server = await startSftp(frontDoor, { host: '127.0.0.1', port: 0, dataDir });
  const ftpsOptions = { host: '127.0.0.1', port: 0, dataDir, certificate: null, passivePorts: { from: 0, to: 0 }, publicAddress: null };
  const ftps = orders.ftps ? await startFtps(frontDoor, ftpsOptions) : undefined;

  const probe = await open(dataDir);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the prototype of every file handle
  const handles = Object.getPrototypeOf(probe) as Pick<typeof probe, 'write' | 'datasync' | 'sync'>;
  await probe.close();
  const { write, datasync, sync } = handles;
  handles.write = async function (this: typeof probe, ...args: unknown[]) {
    if (slowWriteMs > 0) await sleep(slowWriteMs);
    const full = existsSync(join(dataDir, DISK_IS_FULL)) ? await open('/dev/full', 'w') : undefined;
    try {
      return await Reflect.apply<unknown, unknown[], Promise<unknown>>(
        write as (...all: unknown[]) => Promise<unknown>,
        full ?? this,
        args,
      );
    } finally {
      await full?.close();
    }
  } as typeof write;
  handles.datasync = function (this: typeof probe) {
    return dying('datasync', () => datasync.call(this));
  };
  handles.sync = function (this: typeof probe) {
    return dying('directory', () => sync.call(this));
  };
  const { rename } = fs;
  fs.rename = (from, to) => dying('rename', () => rename(from, to));

  say('listening', { host: server.host, port: server.port, ftpsPort: ftps?.port });
}

void main(JSON.parse(process.env['DOOR_ORDERS'] ?? '') as DoorOrders);
