// The embedded MongoDB: one server on this machine with its data in `<data>/mongo`.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unreachable } from '../errors';
import { keepRunning, type Stoppable } from './keep-running';
import { lastWords, READY_LIMIT_MS, startKept, type Running } from './kept-program';
import { pickPort, waitForPort } from './pick-port';
import { resolveMongo, type MongoEngine } from './resolve-mongo';
import type { Embedding } from './temporal';

const DATABASE = 'imports';
/** Says which engine wrote the folder. The small engine makes its own; beside mongod's files it is ours. */
const MARKER = 'ENGINE';

export interface EmbeddedMongo extends Stoppable {
  readonly uri: string;
  readonly engine: string;
}

export async function startMongo({ config, log, say, signal }: Embedding): Promise<EmbeddedMongo> {
  const folder = path.join(config.dataDir, 'mongo');
  const runDir = path.join(config.dataDir, 'run');
  await mkdir(folder, { recursive: true });
  const program = await resolveMongo({ config, say, signal }, await boundEngine(folder));
  if (program.kind === 'mongod') await writeFile(path.join(folder, MARKER), 'mongod\n');
  const port = await pickPort(config.embeddedPorts.mongo);

  const start = async (): Promise<Running> => {
    const { command } = program;
    const running = await startKept({ name: 'mongo', command, args: program.args(port, folder), env: config.env, runDir });
    const waiting = new AbortController();
    const limit = AbortSignal.timeout(READY_LIMIT_MS);
    try {
      const how = await Promise.race([waitForPort(port, AbortSignal.any([signal, waiting.signal, limit])), running.ended]);
      if (how !== undefined)
        throw unreachable(`The embedded MongoDB ended at its start (${how}). See run/mongo.log: ${await lastWords(runDir, 'mongo')}`);
      return running;
    } catch (error) {
      await running.stop();
      if (limit.aborted && !signal.aborted)
        throw unreachable('The embedded MongoDB did not answer within five minutes. See run/mongo.log.', {
          cause: error,
        });
      throw error;
    } finally {
      waiting.abort();
    }
  };

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
