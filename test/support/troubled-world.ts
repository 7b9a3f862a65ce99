// A worker of ours in an outside world that fails on demand: real Temporal server, database and mail catcher, the steps and workflows as
// they are, the command line for support's part. Tests set `fault`, which is asked before each call to the outside world, or gates.

import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mongo } from 'mongoose';
import PostalMime, { type Email } from 'postal-mime';
import type { ActivityPorts } from '../../activities/activity-ports';
import { createCsvFiles } from '../../src/adapters/csv/csv-files';
import { createStandingFolder } from '../../src/adapters/files/standing-folder';
import { createFileStore } from '../../src/adapters/files/file-store';
import { createMailer } from '../../src/adapters/mail/mailer';
import { connectMongo } from '../../src/adapters/mongo/connect-mongo';
import { connectImportsControl } from '../../src/adapters/temporal/imports-control';
import { loadConfig } from '../../src/config/load-config';
import { createWorker } from '../../src/worker/start-worker';
import type { wakeWaiting } from '../../workflows';
import { TASK_QUEUES } from '../../workflows/messages';
import { cliInProcess } from './cli-in-process';
import { interceptCalls } from './intercept-calls';
import { sleep, until, type ImportItem, type Ran } from './product';
import { quietPorts } from './quiet-ports';
import { cleanEnvironment, startServices, type TestServices } from './services';

/** May throw, or keep the caller waiting. */
export type Fault = (call: string, importId: string) => void | Promise<void>;
const noFault: Fault = () => {};

const FALLIBLE = ['imports', 'rejected', 'users', 'permits', 'undos', 'outbox', 'files', 'csv', 'mailer'] as const;

/** A call of a port that keeps its callers waiting. */
export interface Gate {
  /** Resolves when the first of them waits. */
  readonly reached: Promise<void>;
  open(): void;
}

export class TroubledWorld {
  fault = noFault;
  readonly db: mongo.Db;
  readonly temporal: Client;
  readonly #services: TestServices;
  readonly #ends: (() => Promise<unknown>)[];
  #passes = 0;
  readonly #gates = new Map<string, () => Promise<void> | undefined>();

  private constructor(services: TestServices, db: mongo.Db, temporal: Client, ends: (() => Promise<unknown>)[]) {
    this.#services = services;
    this.db = db;
    this.temporal = temporal;
    this.#ends = ends;
  }

  static async start(): Promise<TroubledWorld> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const services = await startServices();
    const stores = await connectMongo(services.mongodbUri);
    await stores.createIndexes();
    const raw = await mongo.MongoClient.connect(services.mongodbUri);
    const connection = await Connection.connect({ address: services.temporalAddress });
    const target = { env: cleanEnvironment(), address: services.temporalAddress };
    const control = connectImportsControl({ ...target, uiUrl: null });
    const ends = [() => services.stop(), () => stores.close(), () => raw.close(), () => connection.close(), () => control.close()];
    const world = new TroubledWorld(services, raw.db(), new Client({ connection }), ends);
    const files = createFileStore(services.dataDir);
    const worker = await createWorker({
      ...target,
      worker: loadConfig({}).worker,
      workflows: { path: path.join(__dirname, '../../workflows/index.ts') },
      ports: world.#fallible({
        ...stores,
        ...quietPorts,
        inboxes: control,
        files,
        standing: createStandingFolder(services.dataDir, files),
        csv: createCsvFiles(),
        mailer: createMailer(services.smtpUrl),
      }),
    });
    const running = worker.run();
    ends.push(() => {
      worker.stop();
      return running;
    });
    return world;
  }

  #fallible(ports: ActivityPorts): ActivityPorts {
    return interceptCalls(ports, FALLIBLE, ({ name, args, make }) => {
      const about = args
        .map((arg) => (arg as { readonly importId?: unknown } | undefined)?.importId ?? arg)
        .filter((id) => typeof id === 'string');
      const gate = about.map((id) => this.#gates.get(`${name} ${id}`)).find((found) => found !== undefined);
      const trouble = gate?.() ?? this.fault(name, about[0] ?? '');
      return trouble === undefined ? make() : trouble.then(make);
    });
  }

  heal(): void {
    this.fault = noFault;
    this.#gates.clear();
  }

  /** As the schedule does it, every ten minutes. */
  async standingPass(): Promise<void> {
    const workflowId = `standing-pass-${++this.#passes}`;
    await this.temporal.workflow.execute<typeof wakeWaiting>('wakeWaiting', { taskQueue: TASK_QUEUES.imports, workflowId });
  }

  /**
   * From its n-th call on this port keeps its callers waiting, until `open` is called. `of` = what it is about: one of its arguments, or the
   * import of one.
   */
  gateAt(call: string, of: string, n: number): Gate {
    const gate = new EventEmitter();
    const [reached, opened] = ['reached', 'open'].map((event) => once(gate, event).then(() => undefined));
    let calls = 0;
    this.#gates.set(`${call} ${of}`, () => {
      if (++calls < n) return undefined;
      gate.emit('reached');
      return opened;
    });
    return { reached: reached!, open: () => void gate.emit('open') };
  }

  get dataDir(): string {
    return this.#services.dataDir;
  }

  cli(...args: readonly string[]): Promise<Ran> {
    const { mongodbUri, temporalAddress, smtpUrl, dataDir } = this.#services;
    const env = { MONGODB_URI: mongodbUri, TEMPORAL_ADDRESS: temporalAddress, SMTP_URL: smtpUrl, IMPORTS_DATA_DIR: dataDir };
    return cliInProcess({ ...cleanEnvironment(), ...env }, args);
  }

  /** What it printed; throws when it was refused. */
  async ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli(...args);
    if (code !== 0) throw new Error(`imports ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async show(importId: string): Promise<ImportItem> {
    return JSON.parse(await this.ok('show', importId, '--json')) as ImportItem;
  }

  /** A client whose files wait for `imports scan`. */
  async addClient(name: string, ...settings: readonly string[]): Promise<void> {
    const emails = ['--failed-import-email', `it@${name}.example`, '--reply-to-admin-email', 'admin@parking.example'];
    const all = ['startOnUpload=false', 'schedule=24h', ...settings];
    await this.ok('client', 'add', name, ...emails, ...all.flatMap((setting) => ['--set', setting]));
  }

  /** Publishes a file as the front door does: complete, by rename; quiet from the next moment on. */
  async drop(client: string, name: string, content: string): Promise<void> {
    const folder = path.join(this.dataDir, 'uploads', client);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'staged'), content);
    await rename(path.join(folder, 'staged'), path.join(this.dataDir, 'clients', client, name));
    await sleep(20);
  }

  /** The import when it is in one of these states; nothing more happens to it by itself. */
  async rest(importId: string, states: readonly string[] = ['finished', 'failed', 'cancelled']): Promise<ImportItem> {
    await until(`${importId} to be ${states.join(' or ')}`, async () => {
      const found = await this.db.collection('imports').findOne({ _id: importId as never });
      return found !== null && states.includes(found['state'] as string);
    });
    return this.show(importId);
  }

  workflow(importId: string) {
    return this.temporal.workflow.getHandle(`import/${importId}`);
  }

  /** The state is written a moment before the workflow ends. */
  async hasEnded(importId: string): Promise<void> {
    await until(`${importId} to have ended in Temporal`, async () => (await this.workflow(importId).describe()).status.name !== 'RUNNING');
  }

  /** As retention does it, weeks later. */
  async forget(importId: string): Promise<void> {
    await this.temporal.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: `import/${importId}` },
    });
    const isThere = () =>
      this.workflow(importId)
        .describe()
        .then(
          () => true,
          () => false,
        );
    await until(`the history of ${importId} to be gone`, async () => !(await isThere()));
  }

  async mailsTo(client: string): Promise<Email[]> {
    const folder = this.#services.mailDir;
    const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
    const arrivedAt = (name: string) => statSync(path.join(folder, name)).mtimeMs;
    const mails = await Promise.all(
      names.toSorted((a, b) => arrivedAt(a) - arrivedAt(b)).map((name) => PostalMime.parse(readFileSync(path.join(folder, name)))),
    );
    return mails.filter(({ to }) => to?.[0]?.address === `it@${client}.example`);
  }

  async end(): Promise<void> {
    this.heal();
    for (const end of this.#ends.toReversed()) await end();
  }
}
