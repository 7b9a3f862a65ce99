// What every way in shares, SFTP and FTPS alike: who may come in, each client's folder, and how the door is closed without cutting an
// upload off.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../domain/client';
import type { ClientId } from '../domain/ids';
import { profileOf } from '../domain/client/profiles';
import type { AccountStore, BanStore, ClientStore, Clock, DoorMetrics, Log, SessionStore } from '../ports';
import { openClientFolder, type ClientFolder } from './folder/client-folder';
import { isAtHome } from './peer';
import { Bans } from './bans';
import { createDoorkeeper, type Doorkeeper } from './doorkeeper';
import { errnoOf, unlessMissing } from './folder/folder-error';
import { Staging } from './folder/staging';
import { LIMITS, type Limits } from './limits';
import { createLogins, type Logins } from './login';
import { Throttle } from './throttle';
import { createVisits, type Visits } from './visits';

export interface FrontDoorOptions {
  readonly dataDir: string;
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly bans: BanStore;
  readonly sessions: SessionStore;
  /** Networks whose addresses are neither banned nor bounded, because many clients share them. */
  readonly sharedAddresses?: readonly string[];
  /** Networks of load balancers that speak the PROXY protocol. */
  readonly proxies?: readonly string[];
  readonly quietMs: number;
  readonly log: Log;
  readonly clock?: Clock;
  readonly metrics?: DoorMetrics;
  readonly limits?: Limits;
  /** An upload of the client became ready. Not waited for by the uploader; an error is logged. */
  readonly onReady: (clientId: ClientId) => Promise<void>;
}

export interface FrontDoor {
  readonly doorkeeper: Doorkeeper;
  readonly logins: Logins;
  readonly visits: Visits;
  readonly limits: Limits;
  readonly log: Log;
  readonly metrics: DoorMetrics;
  /** For one connection: what the client published before it is none of its own uploads. */
  readonly folderOf: (client: Client) => Promise<ClientFolder>;
  /** The door is about to close: what is open may be finished, nothing new is begun. */
  isStopping(): boolean;
  /** Begins no further upload, and gives those that are open a few seconds. What is left then stays resumable. */
  finishUploads(): Promise<void>;
  /** After every way in is closed. */
  close(): Promise<void>;
}

const UNCOUNTED: DoorMetrics = {
  uploadEnded: () => undefined,
  loginEnded: () => undefined,
  peerTurnedAway: () => undefined,
  addressBanned: () => undefined,
  backupsCounted: () => undefined,
};
const FINISH_MS = 5000;
const SWEEP_MS = 60 * 60 * 1000;

export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { dataDir, accounts, clients, log, quietMs, onReady } = options;
  const clock = options.clock ?? { now: () => new Date() };
  const metrics = options.metrics ?? UNCOUNTED;
  const limits = options.limits ?? LIMITS;
  const folders = new Map<ClientId, Promise<ClientFolder>>();
  let stopping = false;

  const sweep = (): Promise<void> =>
    removeOldPartials(join(dataDir, 'uploads'), clock).catch((error: unknown) =>
      log.warn('Removing old partial uploads failed', { error: errnoOf(error) ?? 'unknown' }),
    );
  await sweep();
  const sweeping = setInterval(() => void sweep(), SWEEP_MS);
  const opened = async (): Promise<readonly ClientFolder[]> => {
    const all = await Promise.all([...folders.values()].map((folder) => folder.catch(() => undefined)));
    return all.filter((folder) => folder !== undefined);
  };

  const sharedFolderOf = (client: Client): Promise<ClientFolder> => {
    const { clientId } = client;
    const known = folders.get(clientId);
    if (known !== undefined) return known;
    const { layout } = profileOf(client);
    const folder = openClientFolder({ dataDir, clientId, layout, limits, quietMs, clock, log, metrics, onReady });
    folders.set(clientId, folder);
    folder.catch(() => folders.delete(clientId));
    return folder;
  };

  const throttle = new Throttle();
  const bans = new Bans({ bans: options.bans, accounts, clients, clock, log });
  await bans.start();
  const { sharedAddresses = [], proxies = [] } = options;
  const knownPlaces = await placesAtHome(accounts, clock).catch((error: unknown) => {
    log.warn('Reading which addresses are known failed', { error: errnoOf(error) ?? 'unknown' });
    return [];
  });
  const doorkeeper = createDoorkeeper({ throttle, bans, clock, metrics, log, sharedAddresses, proxies, knownPlaces });
  const visits = createVisits({ accounts, clients, sessions: options.sessions, clock, log });

  return {
    doorkeeper,
    logins: createLogins({ accounts, clients, throttle, doorkeeper, visits, clock, log, metrics }),
    visits,
    limits,
    log,
    metrics,
    async folderOf(client) {
      const folder = await sharedFolderOf(client);
      return { ...folder, recent: folder.recent.fromNow() };
    },
    isStopping: () => stopping,
    async finishUploads() {
      stopping = true;
      const all = await opened();
      const until = performance.now() + FINISH_MS;
      while (all.some((folder) => folder.uploads.size > 0) && performance.now() < until) await sleep(50);
    },
    async close() {
      clearInterval(sweeping);
      await Promise.all([bans.stop(), visits.stop()]);
      for (const folder of folders.values())
        void folder.then(
          ({ quiet }) => quiet.stop(),
          () => undefined,
        );
    },
  };
}

async function removeOldPartials(uploads: string, clock: Clock): Promise<void> {
  for (const clientId of (await readdir(uploads).catch(unlessMissing)) ?? []) await new Staging(join(uploads, clientId)).removeOld(clock);
}

async function placesAtHome(accounts: AccountStore, clock: Clock): Promise<readonly string[]> {
  const places = (await accounts.list()).flatMap((account) =>
    (account.knownPlaces ?? []).filter(({ address }) => isAtHome(account, address, clock.now())).map(({ address }) => address),
  );
  return [...new Set(places)];
}
