// The embedded MongoDB: one server on this machine with its data in `<data>/mongo`.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { keepRunning } from './keep-running';
import { startReady } from './kept-program';
import { onFreePorts, waitForPort } from './pick-port';
import { resolveMongo, type MongoEngine } from './resolve-mongo';
import type { Embedding } from './temporal';

const DATABASE = 'imports';
const ANSWERS_WITHIN_MS = 2_000;
const LOOK_MS = 50;
/** Says which engine wrote the folder. The small engine makes its own; beside mongod's files it is ours. */
const MARKER = 'ENGINE';

export async function startMongo({ config, log, say, signal }: Embedding) {
  const folder = path.join(config.dataDir, 'mongo');
  const runDir = path.join(config.dataDir, 'run');
  await mkdir(folder, { recursive: true });
  const program = await resolveMongo({ config, say, signal }, await boundEngine(folder));
  if (program.kind === 'mongod') await writeFile(path.join(folder, MARKER), 'mongod\n');

  return onFreePorts([config.embeddedPorts.mongo], async (port) => {
    const uri = `mongodb://127.0.0.1:${port}/${DATABASE}?directConnection=true`;
    const mongod = { name: 'mongo', command: program.command, args: program.args(port, folder), env: config.env, runDir };
    const untilReady = async (stop: AbortSignal, pid: number) => {
      await waitForPort(port, stop);
      while ((await pidOf(uri)) !== pid) await sleep(LOOK_MS, undefined, { signal: stop });
    };
    const start = () => startReady(mongod, { what: 'MongoDB', untilReady, signal });
    const kept = await keepRunning({ name: 'mongo', start, log });
    return { uri, engine: program.engine, stop: () => kept.stop() };
  });
}

/** Of the server that answers; somebody else may have been faster to take the port. */
async function pidOf(uri: string): Promise<number | undefined> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: ANSWERS_WITHIN_MS });
  try {
    const { pid } = await client.db('admin').command({ serverStatus: 1 });
    return Number(pid);
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

async function boundEngine(folder: string): Promise<MongoEngine | undefined> {
  const marker = await readFile(path.join(folder, MARKER), 'utf8').catch(() => undefined);
  if (marker !== undefined) return marker.startsWith('mongod') ? 'mongod' : 'small';
  return (await readdir(folder)).includes('WiredTiger') ? 'mongod' : undefined;
}
