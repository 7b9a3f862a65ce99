// `imports demo`: the whole story on sample files, told as it happens and checked as it is told. Everything runs embedded, in a folder of
// its own that each demo recreates: whatever is configured for production is left alone.

import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { mongo as driver } from 'mongoose';
import { createLog, openLogFile } from '../adapters/log/log';
import { loadConfig, type Config } from '../config/load-config';
import { layOutProse } from '../cli/text/lay-out';
import { importsLink } from '../config/temporal';
import type { ImportRun } from '../domain/import-run';
import { projectRoot } from '../embedded/project-root';
import { ImportsError, notNow } from '../errors';
import { logIn } from './demo-upload';
import { startEverything, type Everything } from './start-everything';
import { waitForSignal } from './this-process';

interface DemoOptions {
  readonly config: Config;
  /** Stay up for a look around. */
  readonly keep: boolean;
  readonly json: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const CLIENT = 'acme';
const FAILED_IMPORT_EMAIL = 'it@acme.example';
const PATIENCE_MS = 120_000;
/** Every terminal has that. */
const WIDTH = 80;
const INDENT = '   ';

export async function demo({ config: own, keep, json, stdout, stderr }: DemoOptions): Promise<void> {
  const config = demoConfig(own);
  await rm(config.dataDir, { recursive: true, force: true });
  const asked = waitForSignal();
  const tell = (text: string) => void (json ? stderr : stdout).write(`${text}\n`);
  await mkdir(path.join(config.dataDir, 'run'), { recursive: true });
  const log = createLog({
    process: 'demo',
    level: config.logLevel,
    destination: openLogFile(path.join(config.dataDir, 'run', 'demo.log')),
  });
  tell('Starting Temporal, MongoDB, a mail catcher, the worker and the front door …');
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

/** Nothing that leads to production: neither its services nor its receiver of webhooks. */
export function demoConfig({ dataDir, env }: Config): Config {
  const {
    MONGODB_URI: _mongo,
    TEMPORAL_ADDRESS: _temporal,
    SMTP_URL: _smtp,
    IMPORTS_WEBHOOK_URL: _receiver,
    IMPORTS_WEBHOOK_SECRET: _secret,
    ...rest
  } = env;
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
  const raw = await driver.MongoClient.connect(endpoints.mongodbUri);
  const imports = commandLine(config, tell);
  try {
    tell('\n1. A client, and an account for its SFTP program');
    await imports.type(
      `client add ${CLIENT} --failed-import-email ${FAILED_IMPORT_EMAIL}`,
      '--reply-to-admin-email admin@parking.example',
      '--archive-on-inactive --login-source OPSCOM --login-source SAML',
    );
    const { password } = (await imports.type(`account add ${CLIENT} ${CLIENT} --generate-password`)) as { readonly password: string };
    tell(within80(`failed records go to ${FAILED_IMPORT_EMAIL}`));

    const sftp = await logIn({ ...endpoints.sftp, username: CLIENT, password });
    expectThat('the first login shows an empty directory', (await sftp.list('/')).length === 0);

    tell('\n2. Monday: the client drops monday.csv, nothing else');
    await sftp.put(example('monday.csv'), '/monday.csv');
    const monday = await importOf(imports, 'monday.csv');
    tell(within80(describe(monday)));
    expectThat('monday.csv made four users', monday.outcome === 'imported' && monday.counts.created === 4);
    const permits = raw
      .db()
      .collection<{ _id: string; clientId: string; number: string; status: string; holder: string | null }>('permits');
    await permits.insertOne({ _id: 'acme/P-17', clientId: CLIENT, number: 'P-17', status: 'active', holder: 'acme/1003' });
    tell(within80('the parking application gives user 1003 the permit P-17'));

    tell('\n3. Tuesday: one moved, one left (active = 0), one is new, three are wrong');
    await sftp.put(example('tuesday.csv'), '/tuesday.csv');
    const tuesday = await importOf(imports, 'tuesday.csv');
    tell(within80(describe(tuesday)));
    const { created, updated, archived, rejected, permitsReleased } = tuesday.counts;
    expectThat('tuesday.csv has the counts of its records', [created, updated, archived, rejected, permitsReleased].join() === '1,2,1,3,1');
    const permit = await permits.findOne({ _id: 'acme/P-17' });
    expectThat('the permit of the user who left is available again', permit?.status === 'available' && permit.holder === null);
    tell(within80('user 1003 is archived, permit P-17 is available again'));

    tell('\n4. What the client finds in its folder');
    const backups = await sftp.list('/.bak');
    for (const name of backups) tell(within80(`.bak/${name}`));
    expectThat(
      'both files are in .bak, with receipts',
      ['monday.csv', 'tuesday.csv', 'tuesday.failed.csv', 'tuesday.result.json'].every((name) => backups.includes(name)),
    );

    tell('\n5. The e-mail says which records failed, and why');
    const failed = (await imports.type(`rejected ${tuesday.importId}`)) as readonly Rejected[];
    for (const { line, uniqueId, reasons } of failed)
      tell(within80(`line ${line}, user ${uniqueId}: ${reasons.map(({ message }) => message).join(' ')}`));
    tell(within80('attached: tuesday-failed-records.csv, to be corrected and dropped back'));
    const attached = (await sftp.read('/.bak/tuesday.failed.csv')).trimEnd().split('\r\n');
    expectThat('the three failed records are in a file of their own', attached.length === 4);
    const mail = await theMail(mailDir!);
    expectThat(
      'one e-mail with the right subject went to the right address',
      /^Subject: CSV Import Failed Records$/m.test(mail) && mail.includes(FAILED_IMPORT_EMAIL),
    );
    sftp.end();
    return { ok: true, imports: [monday.importId, tuesday.importId] };
  } finally {
    await raw.close();
  }
}

interface CommandLine {
  /** Shows the command, and gives what it prints with --json. */
  type(...parts: readonly string[]): Promise<unknown>;
  ask(...words: readonly string[]): Promise<unknown>;
}

/** The commands that people type, on the services of the demo. */
function commandLine({ env, dataDir }: Config, tell: (text: string) => void): CommandLine {
  const ask = async (...words: readonly string[]): Promise<unknown> => {
    // Not where it was started: a file .env there may name the services of production.
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(__dirname, 'imports.js'), ...words, '--json'], {
      env: { ...env, IMPORTS_DATA_DIR: dataDir },
      cwd: dataDir,
    });
    return JSON.parse(stdout);
  };
  return {
    ask,
    async type(...parts) {
      tell(`${INDENT}$ imports ${parts.join(` \\\n${INDENT}    `)}`);
      return ask(...parts.join(' ').split(' '));
    },
  };
}

/** An import as the commands print it. */
type Imported = Pick<ImportRun, 'importId' | 'fileName' | 'state' | 'outcome' | 'counts'>;

async function importOf(imports: CommandLine, fileName: string): Promise<Imported> {
  return within(`the import of ${fileName}`, async () => {
    const run = ((await imports.ask('list', '--client', CLIENT)) as readonly Imported[]).find((one) => one.fileName === fileName);
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
  throw notNow(`The demo gave up waiting for ${what}. See the logs in its folder, under run/.`);
}

function expectThat(what: string, isTrue: boolean): void {
  if (!isTrue)
    throw new ImportsError(
      'INVARIANT',
      `The demo expected that ${what}, but that is not the case. See the logs in its folder, under run/.`,
    );
}

function example(name: string): string {
  return path.join(projectRoot(), 'examples/demo', name);
}

interface Rejected {
  readonly line: number;
  readonly uniqueId: string;
  readonly reasons: readonly { readonly message: string }[];
}

function within80(text: string): string {
  return layOutProse(text, WIDTH - INDENT.length).replace(/^/gm, INDENT);
}

function describe({ importId, counts }: Imported): string {
  const shown = (['records', 'created', 'updated', 'unchanged', 'rejected', 'permitsReleased'] as const)
    .filter((what) => counts[what] > 0)
    .map((what) => {
      const archived = what === 'updated' && counts.archived > 0 ? ` (${counts.archived} of them archived)` : '';
      return `${counts[what]} ${what === 'permitsReleased' ? 'permit released' : what}${archived}`;
    });
  return `${importId}: ${shown.join(', ')}`;
}

function whereToLook(config: Config, { endpoints, mailDir }: Everything, keep: boolean): string {
  const ui = endpoints.temporalUi;
  if (!keep) {
    return `
All as it should be. The e-mail is in
${mailDir}
Three things to try next:
  npm run demo -- --keep   the same, and it stays up for a look around
  npm start                everything, for a client of your own (README.md)
  docs/clients.md          what a client has to know, with its own program`;
  }
  const cli = `IMPORTS_DATA_DIR=${config.dataDir} node ${path.join(projectRoot(), 'dist/src/processes/imports.js')}`;
  return `
All as it should be. It is up until Ctrl-C:
  Temporal UI   ${ui === null ? 'not known' : importsLink({ uiUrl: ui, namespace: config.temporal.namespace })}
  e-mail        ${mailDir}
  MongoDB       ${endpoints.mongodbUri}
Three things to try next, after
  alias imports="${cli}"
  imports show acme-2                        what was imported, and what failed
  imports rejected acme-2                    why, record by record
  imports undo acme-2 --reason "try it out"  and it is as it was on Monday`;
}
