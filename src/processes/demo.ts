// `imports demo`: the whole story on sample files, told as it happens and checked as it is told. Everything runs embedded, in a folder of
// its own that each demo begins anew: whatever is configured for production is left alone.

import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { mongo as driver } from 'mongoose';
import { createLog, openLogFile } from '../adapters/log/log';
import { connectMongo, type Mongo } from '../adapters/mongo/connect-mongo';
import { loadConfig, type Config } from '../config/load-config';
import { importsLink } from '../config/ui-links';
import { DEFAULT_SETTINGS } from '../domain/client';
import { parseClientId, type ClientId } from '../domain/ids';
import { profileOf } from '../domain/client/profiles';
import type { ImportRun } from '../domain/import-run';
import { projectRoot } from '../embedded/project-root';
import { ImportsError } from '../errors';
import { connectImportsControl } from '../adapters/temporal/imports-control';
import { createFileStore } from '../adapters/files/file-store';
import { generatePassword, hashPassword } from '../door/passwords';
import { logIn } from './demo-upload';
import { startEverything, type Everything } from './start-everything';
import { waitForSignal } from './wait-for-signal';

export interface DemoOptions {
  readonly config: Config;
  /** Stay up for a look around. */
  readonly keep: boolean;
  readonly json: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const FAILED_IMPORT_EMAIL = 'it@acme.example';
const PATIENCE_MS = 120_000;

export async function demo({ config: own, keep, json, stdout, stderr }: DemoOptions): Promise<void> {
  const config = demoConfig(own);
  await rm(config.dataDir, { recursive: true, force: true });
  const asked = waitForSignal();
  const tell = (text: string) => void (json ? stderr : stdout).write(`${text}\n`);
  await mkdir(path.join(config.dataDir, 'run'), { recursive: true, mode: 0o700 });
  const log = createLog({
    process: 'demo',
    level: config.logLevel,
    destination: openLogFile(path.join(config.dataDir, 'run', 'demo.log')),
  });
  tell('Starting Temporal, MongoDB, a mail catcher, the worker and the front door, all on this machine.');
  const everything = await startEverything({ config, log, say: (line) => void stderr.write(`${line}\n`), signal: asked.signal });
  try {
    const result = await tellStory(config, everything, tell);
    if (json) stdout.write(`${JSON.stringify(result)}\n`);
    tell(whereToLook(config, everything, keep));
    if (keep) await asked.arrived;
  } finally {
    await everything.stop();
  }
}

function demoConfig({ dataDir, env }: Config): Config {
  const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, SMTP_URL: _smtp, ...rest } = env;
  const anyPort = {
    IMPORTS_SFTP_PORT: '0',
    IMPORTS_MONGO_PORT: '0',
    IMPORTS_TEMPORAL_PORT: '0',
    IMPORTS_TEMPORAL_UI_PORT: '0',
    IMPORTS_SMTP_PORT: '0',
  };
  return loadConfig({
    ...rest,
    ...anyPort,
    IMPORTS_DATA_DIR: path.join(dataDir, 'demo'),
    IMPORTS_SFTP_HOST: '127.0.0.1',
    IMPORTS_QUIET_SECONDS: '2',
  });
}

async function tellStory(config: Config, { endpoints, mailDir }: Everything, tell: (text: string) => void) {
  const stores = await connectMongo(endpoints.mongodbUri);
  const raw = await driver.MongoClient.connect(endpoints.mongodbUri);
  try {
    tell('\n1. A client, and an account for its SFTP program');
    const password = generatePassword();
    const clientId = await addClient(config, stores, endpoints, password);
    tell(`   client ${clientId}, account ${clientId}, password generated; failed records go to ${FAILED_IMPORT_EMAIL}`);

    const sftp = await logIn({ ...endpoints.sftp, username: clientId, password });
    expectThat('the first login shows an empty directory', (await sftp.list('/')).length === 0);

    tell('\n2. Monday: the client drops monday.csv, nothing else');
    await sftp.put(example('monday.csv'), '/monday.csv');
    const monday = await importOf(stores, clientId, 'monday.csv');
    tell(`   ${describe(monday)}`);
    expectThat('monday.csv made four users', monday.outcome === 'imported' && monday.counts.created === 4);
    const permits = raw
      .db()
      .collection<{ _id: string; clientId: string; number: string; status: string; holder: string | null }>('permits');
    await permits.insertOne({ _id: 'acme/P-17', clientId, number: 'P-17', status: 'active', holder: 'acme/1003' });
    tell('   the parking application gives user 1003 the permit P-17');

    tell('\n3. Tuesday: one moved, one left (active = 0), one is new, and three records are wrong');
    await sftp.put(example('tuesday.csv'), '/tuesday.csv');
    const tuesday = await importOf(stores, clientId, 'tuesday.csv');
    tell(`   ${describe(tuesday)}`);
    const { created, updated, archived, rejected, permitsReleased } = tuesday.counts;
    expectThat('tuesday.csv has the counts of its records', [created, updated, archived, rejected, permitsReleased].join() === '1,2,1,3,1');
    const permit = await permits.findOne({ _id: 'acme/P-17' });
    expectThat('the permit of the user who left is available again', permit?.status === 'available' && permit.holder === null);
    tell('   user 1003 is archived, permit P-17 is available again');

    tell('\n4. What the client finds in its folder');
    const backups = await sftp.list('/.bak');
    for (const name of backups) tell(`   .bak/${name}`);
    expectThat(
      'both files are in .bak, with receipts',
      ['monday.csv', 'tuesday.csv', 'tuesday.failed.csv', 'tuesday.result.json'].every((name) => backups.includes(name)),
    );

    tell('\n5. The e-mail, with the failed records to correct and drop back');
    for (const line of (await sftp.read('/.bak/tuesday.failed.csv')).replace('\ufeff', '').trimEnd().split('\r\n')) tell(`   ${line}`);
    const mail = await theMail(mailDir!);
    expectThat(
      'one e-mail with the right subject went to the right address',
      /^Subject: CSV Import Failed Records$/m.test(mail) && mail.includes(FAILED_IMPORT_EMAIL),
    );
    sftp.end();
    return { ok: true, imports: [monday.importId, tuesday.importId] };
  } finally {
    await raw.close();
    await stores.close();
  }
}

async function addClient(config: Config, stores: Mongo, endpoints: Everything['endpoints'], password: string): Promise<ClientId> {
  const clientId = parseClientId('acme')!;
  const settings = {
    ...DEFAULT_SETTINGS,
    failedImportEmail: FAILED_IMPORT_EMAIL,
    replyToAdminEmail: 'admin@parking.example',
    archiveOnInactive: true,
    loginSources: ['OPSCOM', 'SAML'],
  };
  const client = { clientId, enabled: true, settings };
  await stores.clients.add(client);
  await stores.accounts.add({
    userName: clientId,
    clientId,
    passwordHash: await hashPassword(password),
    publicKeys: [],
    enabled: true,
    lastLoginAt: null,
  });
  await createFileStore(config.dataDir).prepareClient(clientId, profileOf(client).layout);
  const control = connectImportsControl({ env: {}, address: endpoints.temporalAddress, uiUrl: endpoints.temporalUi });
  await control.applySchedules(stores.clients);
  await control.close();
  return clientId;
}

async function importOf(stores: Mongo, clientId: ClientId, fileName: string): Promise<ImportRun> {
  return within(`the import of ${fileName}`, async () => {
    const run = (await stores.imports.list({ clientId, limit: 10 })).find((one) => one.fileName === fileName);
    return run?.state === 'finished' || run?.state === 'failed' ? run : undefined;
  });
}

function theMail(mailDir: string): Promise<string> {
  return within('the e-mail', async () => {
    const [first] = (await readdir(mailDir)).filter((name) => name.endsWith('.eml'));
    return first === undefined ? undefined : readFile(path.join(mailDir, first), 'utf8');
  });
}

async function within<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const started = Date.now();
  while (Date.now() - started < PATIENCE_MS) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new ImportsError('NOT_NOW', `The demo waited in vain for ${what}. See the logs in its folder, under run/.`);
}

function expectThat(what: string, isTrue: boolean): void {
  if (!isTrue)
    throw new ImportsError('INVARIANT', `The demo expected that ${what}, and it is not so. See the logs in its folder, under run/.`);
}

function example(name: string): string {
  return path.join(projectRoot(), 'examples/demo', name);
}

function describe({ importId, counts }: ImportRun): string {
  const shown = (['records', 'created', 'updated', 'unchanged', 'archived', 'rejected', 'permitsReleased'] as const)
    .filter((what) => counts[what] > 0)
    .map((what) => `${counts[what]} ${what === 'permitsReleased' ? 'permit released' : what}`);
  return `${importId}: ${shown.join(', ')}`;
}

function whereToLook(config: Config, { endpoints, mailDir }: Everything, keep: boolean): string {
  const ui = endpoints.temporalUi;
  if (!keep) return `\nAll as it should be. To look around while it is up: npm run demo -- --keep\nThe e-mail lies in ${mailDir}.`;
  const cli = `IMPORTS_DATA_DIR=${config.dataDir} node ${path.join(projectRoot(), 'dist/src/processes/imports.js')}`;
  return `
All as it should be. Look around:
  Temporal UI   ${ui === null ? 'not known' : importsLink({ uiUrl: ui, namespace: config.temporal.namespace })}
  e-mail        ${mailDir}
  imports       ${cli} list
                ${cli} show acme-2
                ${cli} rejected acme-2
  MongoDB       ${endpoints.mongodbUri}
Ctrl-C ends everything.`;
}
