// A database for tests: the one of MONGODB_URI (a database of its own per call), else the embedded engine, built once per source state.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { resolveMongo } from '../../src/embedded/resolve-mongo';

export interface TestMongo {
  readonly uri: string;
  stop(): Promise<void>;
  /** Ends the engine as a power cut would. Not for a server of MONGODB_URI: throws there. */
  kill(): Promise<void>;
}

export async function startMongo(): Promise<TestMongo> {
  const given = process.env['TEST_MONGODB_URI'] ?? process.env['MONGODB_URI'];
  return given === undefined ? startEmbeddedMongo() : useGiven(given, ownDatabase());
}

async function useGiven(given: string, database: string): Promise<TestMongo> {
  // Not through URL: a replica set's has several hosts.
  const uri = given.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${database}`);
  return {
    uri,
    async stop() {
      const client = await mongo.MongoClient.connect(uri);
      await client.db().dropDatabase();
      await client.close();
    },
    kill: () => Promise.reject(new Error('A server that the test did not start is not killed.')),
  };
}

interface EngineOptions {
  readonly dataDir?: string;
  /** A program that runs the engine, with its arguments. */
  readonly before?: readonly string[];
}

/** The embedded engine, whatever MONGODB_URI says. A data directory that is given is kept. */
export async function startEmbeddedMongo({ dataDir, before = [] }: EngineOptions = {}): Promise<TestMongo> {
  const own = dataDir ?? mkdtempSync(join(tmpdir(), 'imports-mongo-'));
  const [program, ...args] = [...before, 'java', ...(await command()), '--data', own];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.includes('\n')) resolve(text);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The embedded engine ended with exit code ${String(code)} instead of being ready.`)));
  });
  const { port } = JSON.parse(line) as { port: number };
  const clear = (): void => {
    if (dataDir === undefined) rmSync(own, { recursive: true, force: true });
  };
  return {
    uri: `mongodb://127.0.0.1:${port}/${dataDir === undefined ? ownDatabase() : 'imports_test'}?directConnection=true`,
    async stop() {
      child.stdin.end();
      await ended;
      clear();
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      clear();
    },
  };
}

/** Runs the engine with its stdin closed until it ends. */
export async function runEmbeddedMongo(args: readonly string[]): Promise<{ readonly code: number | null; readonly message: string }> {
  const child = spawn('java', [...(await command()), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let message = '';
  child.stderr.on('data', (data: Buffer) => (message += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, message: message.trim() };
}

/** No test database's name begins with another's. */
function ownDatabase(): string {
  return `imports_test_${randomBytes(6).toString('hex')}`;
}

/** What starts the engine, up to its own arguments; built at most once on this machine, the product's build if there is one. */
async function command(): Promise<readonly string[]> {
  const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'managed-user-import');
  const resolving = { config: { cacheDir, env: process.env }, say: () => {}, signal: AbortSignal.timeout(600_000) };
  const args = (await resolveMongo(resolving, 'small')).args(0, '');
  return args.slice(0, args.indexOf('EmbeddedMongo') + 1);
}
