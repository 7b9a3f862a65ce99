// Imports without a Temporal server: the real steps over the real adapters, in the order of the real workflow function. What Temporal
// adds (retries, durability) is played by the caller, which may make any call into the outside world the last one of a process.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mongo } from 'mongoose';
import { createActivities, type Activities } from '../../activities';
import type { ActivityPorts } from '../../activities/activity-ports';
import { claimReadyFiles } from '../../activities/claim/claim-ready-files';
import { createCsvFiles } from '../../src/adapters/csv/csv-files';
import { createFileStore } from '../../src/adapters/files/file-store';
import { createStandingFolder } from '../../src/adapters/files/standing-folder';
import { connectMongo, type Mongo } from '../../src/adapters/mongo/connect-mongo';
import { DEFAULT_SETTINGS, type Client, type ClientSettings } from '../../src/domain/client';
import { parseClientId, type ClientId, type ImportId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { ImportState } from '../../src/domain/import-state';
import { profileOf, PROFILES } from '../../src/domain/client/profiles';
import type { Message } from '../../src/domain/report/compose-mail';
import { importFileSteps, type ImportSteps, type Watcher } from '../../workflows/import-file-steps';
import { startMongo } from './mongo';
import { quietPorts } from './quiet-ports';

// Steps that die on purpose would each print a warning.
Runtime.install({ logger: new DefaultLogger('ERROR') });

export const QUIET_WATCHER: Watcher = {
  enter: () => {},
  chunkDone: () => {},
  turnIsOver: async () => {},
  meanwhile: async (step) => void (await step()),
  approval: { open: () => {}, decided: async () => null, close: () => {} },
  ended: () => {},
  mustContinueAsNew: () => false,
};

export interface World {
  readonly ports: ActivityPorts;
  readonly mongo: Mongo;
  readonly db: mongo.Db;
  readonly dataDir: string;
  /** Every e-mail the mail server said yes to. */
  readonly mails: Message[];
  addClient(name: string, settings?: Partial<ClientSettings>): Promise<ClientId>;
  /** Publishes a file as the front door does: complete, by rename. */
  drop(clientId: ClientId, fileName: string, content: string | Buffer): Promise<void>;
  /** Scans and imports everything that is ready, without disturbance. */
  importAll(clientId: ClientId): Promise<ImportRun[]>;
  backups(clientId: ClientId): Promise<string[]>;
  readBackup(clientId: ClientId, name: string): Promise<string>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const database = await startMongo();
  const stores = await connectMongo(database.uri);
  await stores.createIndexes();
  const raw = await mongo.MongoClient.connect(database.uri);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'imports-world-'));
  const mails: Message[] = [];
  const files = createFileStore(dataDir);
  const ports: ActivityPorts = {
    ...stores,
    ...quietPorts,
    files,
    standing: createStandingFolder(dataDir, files),
    csv: createCsvFiles(),
    inboxes: { wake: async () => {}, writer: async () => undefined, isSending: async () => false, isDelivering: async () => false },
    mailer: { send: async (message) => void mails.push(message), cutAttachment: async () => null },
  };
  const rootOf = (clientId: ClientId) => path.join(dataDir, 'clients', clientId);
  const world: World = {
    ports,
    mongo: stores,
    db: raw.db(),
    dataDir,
    mails,
    async addClient(name, settings = {}) {
      const clientId = parseClientId(name)!;
      const addresses = { failedImportEmail: `it@${name}.example`, replyToAdminEmail: 'admin@parking.example' };
      const defaults = { ...DEFAULT_SETTINGS, ...PROFILES[settings.profile ?? 'opscom'].settings };
      const client: Client = { clientId, enabled: true, settings: { ...defaults, ...addresses, ...settings } };
      await stores.clients.add(client);
      await ports.files.prepareClient(clientId, profileOf(client).layout);
      return clientId;
    },
    async drop(clientId, fileName, content) {
      const staged = path.join(dataDir, 'uploads', clientId);
      await mkdir(staged, { recursive: true });
      await writeFile(path.join(staged, 'staged'), content);
      await rename(path.join(staged, 'staged'), path.join(rootOf(clientId), fileName));
    },
    async importAll(clientId) {
      const ended: ImportRun[] = [];
      for (const { importId } of await claim(ports, clientId)) {
        await runImport(ports, importId);
        ended.push((await stores.imports.find(importId))!);
      }
      return ended;
    },
    backups: async (clientId) => (await readdir(path.join(rootOf(clientId), '.bak'))).sort(),
    readBackup: (clientId, name) => readFile(path.join(rootOf(clientId), '.bak', name), 'utf8'),
    async close() {
      await raw.close();
      await stores.close();
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** Each step in an activity context of its own, as a worker runs it. `attempt` as Temporal counts it. */
export function stepsOver(ports: ActivityPorts, attempt = 1): Activities {
  const activities = createActivities(ports);
  const inContext =
    <I, O>(step: (input: I) => Promise<O>) =>
    (input: I) =>
      new MockActivityEnvironment({ attempt }).run(step, input) as Promise<O>;
  return Object.fromEntries(
    Object.entries(activities).map(([name, step]) => [name, inContext(step as (input: unknown) => Promise<unknown>)]),
  ) as unknown as Activities;
}

/**
 * Steps of two workers, as Temporal knows them: what the first one has ended is not done again by the second, which goes on with the step
 * that the first one is taken for dead in.
 */
export function succession(first: Activities, second: Activities): { readonly first: Activities; readonly second: Activities } {
  const ended = new Map<string, unknown>();
  const wrap = (steps: Activities, isFirst: boolean) =>
    Object.fromEntries(
      Object.entries(steps).map(([name, step]) => [
        name,
        async (input: unknown) => {
          const key = `${name} ${JSON.stringify(input)}`;
          if (!isFirst && ended.has(key)) return ended.get(key);
          const result = await (step as (input: unknown) => Promise<unknown>)(input);
          if (isFirst) ended.set(key, result);
          return result;
        },
      ]),
    ) as unknown as Activities;
  return { first: wrap(first, true), second: wrap(second, false) };
}

/** ctime has the clock's coarse tick: a file dropped this very millisecond is not quiet for 0 ms yet. */
export async function claim(ports: ActivityPorts, clientId: ClientId) {
  await new Promise((resolve) => setTimeout(resolve, 15));
  const client = await ports.clients.find(clientId);
  await ports.turns.askLook(clientId);
  if (client !== undefined) await new MockActivityEnvironment().run(() => claimReadyFiles(ports, client));
  return ports.imports.inOrder(clientId, ['queued']);
}

/** Above those that `nextTurn` gives in these tests. */
let turnsGiven = 1_000;

/** The client's turn, as its inbox gives it; an import that has one and was not stopped goes on with it. */
export async function giveTurn({ imports, clock }: ActivityPorts, importId: ImportId): Promise<number> {
  await imports.advance(importId, 'queued', { askedAt: clock.now(), turn: null }, { state: ['failed', 'cancelled'] });
  const { turn } = (await imports.find(importId))!;
  if (turn !== null) return turn;
  const given = ++turnsGiven;
  await imports.updateIf(importId, { state: ['queued'] }, { turn: given, attempts: 1 });
  return given;
}

/** To its end; one that was held and is approved gets another turn. */
export async function runImport(
  ports: ActivityPorts,
  importId: ImportId,
  steps: ImportSteps = stepsOver(ports),
  watcher: Partial<Watcher> = {},
) {
  for (;;) {
    const turn = await giveTurn(ports, importId);
    const result = await importFileSteps(steps, { importId, fileName: 'x', turn }, { ...QUIET_WATCHER, ...watcher });
    if (!('approved' in result)) return result;
  }
}

/** A state that it would take long to get into. */
export async function putInto(world: World, importId: ImportId, state: ImportState, change: Partial<ImportRun> = {}): Promise<void> {
  await world.db.collection('imports').updateOne({ _id: importId }, { $set: { ...change, state } });
}
