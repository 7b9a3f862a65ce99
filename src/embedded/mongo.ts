// The embedded MongoDB: one server on this machine with its data in `<data>/mongo`.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { keepRunning } from './keep-running';
import { startReady } from './kept-program';
import { pickPort, waitForPort } from './pick-port';
import { resolveMongo, type MongoEngine } from './resolve-mongo';
import type { Embedding } from './temporal';

const DATABASE = 'imports';
/** Says which engine wrote the folder. The small engine makes its own; beside mongod's files it is ours. */
const MARKER = 'ENGINE';

export async function startMongo({ config, log, say, signal }: Embedding) {
  const folder = path.join(config.dataDir, 'mongo');
  const runDir = path.join(config.dataDir, 'run');
  await mkdir(folder, { recursive: true });
  const program = await resolveMongo({ config, say, signal }, await boundEngine(folder));
  if (program.kind === 'mongod') await writeFile(path.join(folder, MARKER), 'mongod\n');
  const port = await pickPort(config.embeddedPorts.mongo);

  const { command } = program;
  const args = program.args(port, folder);
  const untilReady = (stop: AbortSignal) => waitForPort(port, stop);
  const start = () => startReady({ name: 'mongo', command, args, env: config.env, runDir }, { what: 'MongoDB', untilReady, signal });
  const kept = await keepRunning({ name: 'mongo', start, log });
  return {
    uri: `mongodb://127.0.0.1:${port}/${DATABASE}?directConnection=true`,
    engine: program.engine,
    stop: () => kept.stop(),
  };
}

async function boundEngine(folder: string): Promise<MongoEngine | undefined> {
  const marker = await readFile(path.join(folder, MARKER), 'utf8').catch(() => undefined);
  if (marker !== undefined) return marker.startsWith('mongod') ? 'mongod' : 'small';
  return (await readdir(folder)).includes('WiredTiger') ? 'mongod' : undefined;
}
