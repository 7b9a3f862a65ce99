// The clients' door: an SFTP server in which every account sees its client's folder and nothing else. Tells when an upload is ready;
// what happens to it then is not its business.

import { readdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type Connection } from 'ssh2';
import type { ClientId } from '../domain/ids';
import type { AccountStore, ClientStore, Clock, DoorMetrics, Log } from '../ports';
import { openClientFolder, type ClientFolder } from './folder/client-folder';
import { errnoOf, unlessMissing } from './folder/folder-error';
import { Staging } from './folder/staging';
import { createDoor } from './login';
import { ALGORITHMS, offeredKeys } from './ssh/algorithms';
import { openGate } from './ssh/gate';
import { loadHostKeys } from './ssh/host-keys';
import { joinGreeting } from './ssh/join-greeting';
import { serveConnection, type ConnectionContext } from './ssh/serve-connection';

export interface FrontDoorOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly quietMs: number;
  readonly log: Log;
  readonly clock?: Clock;
  readonly metrics?: DoorMetrics;
  /** An upload of the client became ready. Not waited for by the uploader; an error is logged. */
  readonly onReady: (clientId: ClientId) => Promise<void>;
}

export interface FrontDoor {
  readonly host: string;
  readonly port: number;
  /** Of the host keys, `<algorithm> SHA256:…` each: what clients compare at their first connection. */
  readonly fingerprints: readonly string[];
  isListening(): boolean;
  /** Lets open uploads finish for a few seconds; what is left then stays resumable. */
  stop(): Promise<void>;
}

const UNCOUNTED: DoorMetrics = { uploadEnded: () => undefined, loginEnded: () => undefined };
const IDENT = 'ManagedUserImport';
const FINISH_MS = 5000;
const SWEEP_MS = 60 * 60 * 1000;
const GOODBYE_MS = 500;

export async function startFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { dataDir, log, quietMs, onReady } = options;
  const clock = options.clock ?? { now: () => new Date() };
  const metrics = options.metrics ?? UNCOUNTED;
  const hostKeys = await loadHostKeys(join(dataDir, 'keys'));
  const folders = new Map<ClientId, Promise<ClientFolder>>();
  const connections = new Set<Connection>();
  let stopping = false;

  const folderOf = (clientId: ClientId): Promise<ClientFolder> => {
    const known = folders.get(clientId);
    if (known !== undefined) return known;
    const opened = openClientFolder({ dataDir, clientId, quietMs, clock, log, metrics, onReady });
    folders.set(clientId, opened);
    opened.catch(() => folders.delete(clientId));
    return opened;
  };
  const context: ConnectionContext = {
    door: createDoor({ accounts: options.accounts, clients: options.clients, clock }),
    log,
    metrics,
    folderOf,
    isStopping: () => stopping,
    admit: (socket) => gate.admit(socket),
    sessions: new Set(),
  };
  const ssh = new Server(
    { hostKeys: offeredKeys(hostKeys.keys).map((key) => ({ key })), algorithms: ALGORITHMS, ident: IDENT },
    (connection, { ip, port }) => {
      const socket = gate.socketOf({ ip, port });
      if (socket === undefined) return void connection.end();
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
      serveConnection(connection, { socket, ip }, context);
    },
  );
  const handOn = (socket: Socket): void => {
    joinGreeting(socket);
    ssh.injectSocket(socket);
  };
  const gate = await openGate({ host: options.host, port: options.port, log, handOn });

  const sweep = (): Promise<void> =>
    removeOldPartials(join(dataDir, 'uploads'), clock).catch((error: unknown) =>
      log.warn('Removing old partial uploads failed', { error: errnoOf(error) ?? 'unknown' }),
    );
  await sweep();
  const sweeping = setInterval(() => void sweep(), SWEEP_MS);
  log.info('SFTP front door is open', { host: gate.host, port: gate.port, fingerprints: hostKeys.fingerprints });

  return {
    host: gate.host,
    port: gate.port,
    fingerprints: hostKeys.fingerprints,
    isListening: () => gate.isListening(),
    async stop() {
      stopping = true;
      clearInterval(sweeping);
      gate.stopAccepting();
      const opened = await Promise.all([...folders.values()].map((folder) => folder.catch(() => undefined)));
      const all = opened.filter((folder) => folder !== undefined);
      const until = performance.now() + FINISH_MS;
      while (all.some((folder) => folder.uploads.size > 0) && performance.now() < until) await sleep(50);
      for (const connection of connections) connection.end();
      await Promise.race([Promise.all(context.sessions), sleep(GOODBYE_MS)]);
      await gate.dropAll();
      await Promise.all(context.sessions);
      for (const folder of all) folder.quiet.stop();
      log.info('SFTP front door is closed');
    },
  };
}

async function removeOldPartials(uploads: string, clock: Clock): Promise<void> {
  for (const clientId of (await readdir(uploads).catch(unlessMissing)) ?? []) await new Staging(join(uploads, clientId)).removeOld(clock);
}
