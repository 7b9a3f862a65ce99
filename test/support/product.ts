// The product as its users have it: `imports up` as a process of its own on a data directory of its own, driven by the command line,
// real SFTP clients, the database and the mail folder. Nothing here reaches into the product's code.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mongo } from 'mongoose';
import PostalMime, { type Email } from 'postal-mime';

const root = path.join(__dirname, '../..');
const bin = path.join(root, 'dist/src/processes/imports.js');

export interface Endpoints {
  readonly sftp: { readonly host: string; readonly port: number };
  readonly mongodbUri: string;
  readonly temporalAddress: string;
  readonly temporalUi: string;
  readonly smtpUrl: string;
}

export interface ImportItem {
  readonly importId: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly state: string;
  readonly outcome: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly refusal: { readonly code: string; readonly message: string; readonly line?: number } | null;
  readonly sameAs: string | null;
  readonly report: string;
  readonly attempts: number;
  readonly backup: string | null;
  readonly uiUrl: string;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { env, maxBuffer: 1 << 28, timeout: 300_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const missing = error?.code === 'ENOENT' ? `${command} is not installed, and the stories need it.` : '';
      resolve({ code, stdout, stderr: stderr + missing });
    });
  });
}

/** Asks until the answer is there. The limit is a guard against hanging, far above what is normal. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, limitMs = 300_000): Promise<T> {
  const started = Date.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() - started > limitMs) throw new Error(`waited ${limitMs / 1000} s in vain for: ${what}`);
    await sleep(200);
  }
}

export class Product {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'imports-story-'));
  readonly data = path.join(this.dir, 'data');
  readonly log = path.join(this.dir, 'up.log');
  readonly env: NodeJS.ProcessEnv;
  #up: ChildProcess | undefined;
  #ended: Promise<number | null> | undefined;
  #mongo: mongo.MongoClient | undefined;

  constructor(env: NodeJS.ProcessEnv = {}) {
    const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, SMTP_URL: _smtp, ...inherited } = process.env;
    this.env = {
      ...inherited,
      IMPORTS_DATA_DIR: this.data,
      IMPORTS_SFTP_PORT: '0',
      IMPORTS_MONGO_PORT: '0',
      IMPORTS_TEMPORAL_PORT: '0',
      IMPORTS_TEMPORAL_UI_PORT: '0',
      IMPORTS_SMTP_PORT: '0',
      IMPORTS_QUIET_SECONDS: '1',
      ...env,
    };
  }

  async up(): Promise<void> {
    const out = openSync(this.log, 'a');
    const child = spawn(process.execPath, [bin, 'up'], { cwd: root, env: this.env, stdio: ['ignore', out, out] });
    this.#up = child;
    this.#ended = new Promise((resolve) => child.once('exit', resolve));
    let code: number | null | undefined;
    void this.#ended.then((ended) => (code = ended));
    await until(
      '`imports up` to be ready',
      async () => {
        if (code !== undefined) throw new Error(`imports up ended with ${String(code)}:\n${readFileSync(this.log, 'utf8').slice(-3000)}`);
        return existsSync(path.join(this.data, 'run/endpoints.json'));
      },
      900_000,
    );
  }

  /** Ends `imports up` as a supervisor would; resolves to its exit code. */
  async down(): Promise<number | null> {
    await this.#mongo?.close();
    this.#mongo = undefined;
    if (this.#up === undefined) return 0;
    this.#up.kill('SIGTERM');
    const code = await this.#ended!;
    this.#up = undefined;
    return code;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get endpoints(): Endpoints {
    return JSON.parse(readFileSync(path.join(this.data, 'run/endpoints.json'), 'utf8')) as Endpoints;
  }

  cli(...args: readonly string[]): Promise<Ran> {
    return run(process.execPath, [bin, ...args], this.env);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.cli(...args, '--json');
    if (code !== 0) throw new Error(`imports ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** A client with an account of the same name that logs in with a key. */
  async addClient(name: string, ...options: readonly string[]): Promise<void> {
    const added = await this.cli(
      'client',
      'add',
      name,
      '--failed-import-email',
      `it@${name}.example`,
      '--reply-to-admin-email',
      'admin@parking.example',
      ...options,
    );
    if (added.code !== 0) throw new Error(added.stderr);
    const account = await this.cli('account', 'add', name, name, '--public-key', `${await this.key(name)}.pub`);
    if (account.code !== 0) throw new Error(account.stderr);
  }

  async key(name: string): Promise<string> {
    const file = path.join(this.dir, `key-${name}`);
    if (!existsSync(file)) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    return file;
  }

  /** One batch of the OpenSSH client. */
  async sftp(account: string, ...commands: readonly string[]): Promise<Ran> {
    const batch = path.join(this.dir, `batch-${Math.random().toString(36).slice(2)}`);
    writeFileSync(batch, `${commands.join('\n')}\n`);
    const { host, port } = this.endpoints.sftp;
    const options = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=no', `UserKnownHostsFile=${this.dir}/known_hosts`].flatMap((option) => [
      '-o',
      option,
    ]);
    return run('sftp', ['-b', batch, '-P', String(port), '-i', await this.key(account), ...options, `${account}@${host}`]);
  }

  file(name: string, content: string | Buffer): string {
    const file = path.join(this.dir, 'files', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  imports(client: string): Promise<ImportItem[]> {
    return this.json('list', '--client', client, '--limit', '1000');
  }

  /** Uploads and waits for the import it causes to come to rest. */
  async importFile(client: string, file: string, remote = path.basename(file)): Promise<ImportItem> {
    const before = new Set((await this.imports(client)).map(({ importId }) => importId));
    const put = await this.sftp(client, `put "${file}" "${remote}"`);
    if (put.code !== 0) throw new Error(put.stderr);
    return this.rest(client, (item) => !before.has(item.importId));
  }

  async rest(client: string, which: (item: ImportItem) => boolean): Promise<ImportItem> {
    const atRest = new Set(['finished', 'failed', 'held', 'cancelled', 'undone']);
    return until(
      `an import of ${client} to come to rest`,
      async () => (await this.imports(client)).find((item) => atRest.has(item.state) && which(item)),
      300_000,
    );
  }

  async db(): Promise<mongo.Db> {
    this.#mongo ??= await mongo.MongoClient.connect(this.endpoints.mongodbUri);
    return this.#mongo.db();
  }

  /** E-mails to this address, oldest first. */
  async mails(to: string): Promise<Email[]> {
    const folder = path.join(this.data, 'mail');
    const files = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.eml'))
          .toSorted((a, b) => statSync(path.join(folder, a)).mtimeMs - statSync(path.join(folder, b)).mtimeMs)
      : [];
    const all = await Promise.all(files.map((name) => PostalMime.parse(readFileSync(path.join(folder, name)))));
    return all.filter((mail) => mail.to?.some(({ address }) => address === to) === true);
  }

  pidOf(child: 'worker' | 'sftp'): number {
    return Number(readFileSync(path.join(this.data, `run/${child}.pid`), 'utf8'));
  }
}
