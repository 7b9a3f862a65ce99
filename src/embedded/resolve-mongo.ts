// Which database engine the embedded MongoDB is: a real mongod from PATH or from MongoDB's download, else our own small engine, built
// from `embedded-mongo/`. Data that one engine wrote is never opened with another.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { unreachable } from '../errors';
import { mongoArchive } from './archives';
import { buildEngine, JARS } from './build-engine';
import { buildOnce, exists, sayProgress } from './build-once';
import { fetchArchive, tryDownload } from './fetch-archive';
import { projectRoot } from './project-root';
import type { Resolving } from './resolve-temporal';
import { versionOnPath } from './run-command';

const INSTEAD = 'install MongoDB, or set MONGODB_URI.';

export type MongoEngine = 'mongod' | 'small';

interface MongoProgram {
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
    throw unreachable(
      'The embedded MongoDB could not be started: its data was written by mongod, which is neither on PATH nor can be downloaded. ' +
        'Install mongod, set MONGODB_URI, or choose another IMPORTS_DATA_DIR.',
    );
  return smallEngine(options);
}

async function realMongo({ config, say, signal }: Resolving): Promise<MongoProgram | undefined> {
  const { cacheDir, env } = config;
  const onPath = await versionOnPath('mongod', env);
  if (onPath !== undefined) return mongod('mongod', `MongoDB (${onPath}), from PATH`);
  const archive = mongoArchive();
  if (archive === undefined) return undefined;
  const folder = path.join(cacheDir, path.basename(archive.url, '.tgz'));
  const command = path.join(folder, 'mongod');
  const make = (into: string) => fetchArchive({ archive, into, instead: INSTEAD, env, signal });
  if (!(await exists(folder)))
    await tryDownload({
      cacheDir,
      url: archive.url,
      signal,
      download: () =>
        sayProgress(say, 'Downloading MongoDB once', () => buildOnce({ cacheDir, name: path.basename(folder), signal, make })),
    });
  // It wants a newer system than some have.
  const version = await versionOnPath(command, env);
  return version === undefined ? undefined : mongod(command, `MongoDB (${version}), downloaded`);
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
    const [compiler, maven] = await Promise.all([versionOnPath('javac', env), versionOnPath('mvn', env)]);
    if (compiler === undefined || maven === undefined)
      throw unreachable(
        'MongoDB could not be started: MONGODB_URI is not set, `mongod` is not on PATH, fastdl.mongodb.org cannot be reached, and the ' +
          `embedded engine cannot be built without ${compiler === undefined ? 'a JDK 17' : 'Maven'}. Install MongoDB, or a JDK 17 and Maven, or set MONGODB_URI.`,
      );
    const make = (into: string) => buildEngine({ sources, into, instead: INSTEAD, env, signal });
    await sayProgress(say, 'Building the embedded MongoDB engine once, about a minute', () => buildOnce({ cacheDir, name, signal, make }));
  }
  const classPath = [path.join(folder, 'lib', '*'), path.join(folder, 'classes')].join(path.delimiter);
  return {
    kind: 'small',
    engine: 'the embedded engine (speaks MongoDB, for development)',
    command: 'java',
    // With the default collector, a new user costs half as much processor time again.
    args: (port, data) => ['-Xmx1g', '-XX:+UseParallelGC', '-cp', classPath, 'EmbeddedMongo', '--data', data, '--port', String(port)],
  };
}

/** Of everything the engine is built from: another source is another engine in the cache. */
async function hashOf(sources: string): Promise<string> {
  const files = (await readdir(path.join(sources, 'src'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of [path.join(sources, 'pom.xml'), path.join(sources, JARS), ...files])
    hash
      .update(path.relative(sources, file))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
