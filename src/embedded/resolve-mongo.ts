// Which database engine the embedded MongoDB is: a real mongod from PATH or from MongoDB's download, else our own small engine, built
// from `embedded-mongo/`. Data that one engine wrote is never opened with another.

import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ImportsError } from '../errors';
import { buildOnce, exists } from './build-once';
import { projectRoot } from './project-root';
import type { Resolving } from './resolve-temporal';
import { runCommand, versionOnPath } from './run-command';
import { sayProgress } from './say-progress';
import { tryDownload } from './try-download';

export type MongoEngine = 'mongod' | 'small';

export interface MongoProgram {
  readonly kind: MongoEngine;
  readonly engine: string;
  readonly command: string;
  args(port: number, folder: string): readonly string[];
}

/** `bound` = the engine that wrote the data there is; undefined = there is none yet. */
export async function resolveMongo(options: Resolving, bound: MongoEngine | undefined): Promise<MongoProgram> {
  const real = bound === 'small' ? undefined : await realMongo(options);
  if (real !== undefined) return real;
  if (bound === 'mongod')
    throw new ImportsError(
      'UNREACHABLE',
      'The embedded MongoDB could not be started: its data was written by mongod, which is neither on PATH nor can be downloaded. ' +
        'Install mongod, set MONGODB_URI, or choose another IMPORTS_DATA_DIR.',
    );
  return smallEngine(options);
}

async function realMongo({ config, say, signal }: Resolving): Promise<MongoProgram | undefined> {
  const { cacheDir, env } = config;
  const onPath = await versionOnPath('mongod', env);
  if (onPath !== undefined) return mongod('mongod', `MongoDB (${onPath}), from PATH`);
  const folder = path.join(cacheDir, 'mongod-download');
  const found = (await exists(folder))
    ? folder
    : await tryDownload({
        cacheDir,
        url: 'https://fastdl.mongodb.org/',
        signal,
        download: () =>
          sayProgress(say, 'Downloading MongoDB once', () =>
            buildOnce({ cacheDir, name: path.basename(folder), signal, make: downloadMongo }),
          ),
      });
  return found === undefined ? undefined : mongod(path.join(folder, 'mongod'), 'MongoDB, downloaded');
}

async function downloadMongo(into: string): Promise<void> {
  const { MongoBinary } = await import('mongodb-memory-server-core');
  await copyFile(await MongoBinary.getPath({ downloadDir: path.join(into, 'download') }), path.join(into, 'mongod'));
  await rm(path.join(into, 'download'), { recursive: true, force: true });
}

/** One node without a replica set: nothing here needs one, and a replica set remembers its port for ever. */
function mongod(command: string, engine: string): MongoProgram {
  return {
    kind: 'mongod',
    engine,
    command,
    args: (port, folder) => ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', folder],
  };
}

async function smallEngine({ config, say, signal }: Resolving): Promise<MongoProgram> {
  const { cacheDir, env } = config;
  const sources = path.join(projectRoot(), 'embedded-mongo');
  const name = `embedded-mongo-${await hashOf(sources)}`;
  const folder = path.join(cacheDir, name);
  if (!(await exists(folder))) {
    const [java, maven] = await Promise.all([versionOnPath('java', env), versionOnPath('mvn', env)]);
    if (java === undefined || maven === undefined)
      throw new ImportsError(
        'UNREACHABLE',
        'MongoDB could not be started: MONGODB_URI is not set, `mongod` is not on PATH, fastdl.mongodb.org cannot be reached, and the ' +
          `embedded engine cannot be built without ${java === undefined ? 'Java 17' : 'Maven'}. Install MongoDB, or a JDK 17 and Maven, or set MONGODB_URI.`,
      );
    const make = async (into: string) => {
      const work = path.join(into, 'work');
      await mkdir(work);
      await cp(path.join(sources, 'pom.xml'), path.join(work, 'pom.xml'));
      await cp(path.join(sources, 'src'), path.join(work, 'src'), { recursive: true });
      await runCommand({ command: 'mvn', args: ['-q', '-B', '-f', 'pom.xml', 'package'], cwd: work, env, signal });
      for (const part of ['lib', 'classes']) await rename(path.join(work, 'target', part), path.join(into, part));
      await rm(work, { recursive: true });
    };
    await sayProgress(say, 'Building the embedded MongoDB engine once, about a minute', () => buildOnce({ cacheDir, name, signal, make }));
  }
  const classPath = [path.join(folder, 'lib', '*'), path.join(folder, 'classes')].join(path.delimiter);
  return {
    kind: 'small',
    engine: 'the embedded engine (speaks MongoDB, for development)',
    command: 'java',
    args: (port, data) => ['-Xmx1g', '-cp', classPath, 'EmbeddedMongo', '--data', data, '--port', String(port)],
  };
}

/** Of everything the engine is built from: another source is another engine in the cache. */
async function hashOf(sources: string): Promise<string> {
  const files = (await readdir(path.join(sources, 'src'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of [path.join(sources, 'pom.xml'), ...files])
    hash
      .update(path.relative(sources, file))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
