// Which database engine the embedded MongoDB is: a real mongod from PATH or from MongoDB's download, else our own small engine, built
// from `embedded-mongo/`. Data that one engine wrote is never opened with another.

import path from 'node:path';
import { createHash } from 'node:crypto';
import { readdir, readFile, mkdir } from 'node:fs/promises';
import { unreachable } from '../errors';
import { mongoArchive } from './archives';
import { buildOnce, exists, sayProgress } from './build-once';
import { fetchArchive, tryDownload, refuseUnknown, sha256Of, type Bring } from './fetch-archive';
import { projectRoot } from './project-root';
import type { Resolving } from './resolve-temporal';
import { versionOnPath, runCommand } from './run-command';

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

/** As `sha256sum` writes it. */
const JARS = 'jars.sha256';
/** The first that refuses repositories of plain http. */
const OLDEST_MAVEN = [3, 8, 1] as const;

/** Maven fetches the jars that pom.xml names, each is held to the hash in jars.sha256, and only then the compiler of the JDK sees them. */
export async function buildEngine({ sources, into, instead, env, signal }: Bring & { readonly sources: string }): Promise<void> {
  const version = /Maven (\S+)/.exec(await runCommand({ command: 'mvn', args: ['--version'], env, signal }))?.[1] ?? '';
  if (isOlder(version.split('.').map(Number)))
    throw unreachable(
      `The embedded MongoDB engine is not built with Maven ${version}, which would fetch over plain http. Install Maven ${OLDEST_MAVEN.join('.')} or newer, or ${instead}`,
    );
  const jars = path.join(into, 'lib');
  const classes = path.join(into, 'classes');
  await Promise.all([jars, classes].map((folder) => mkdir(folder)));
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
  await runCommand({
    command: 'mvn',
    args: ['-q', '-B', '--strict-checksums', '-f', path.join(sources, 'pom.xml'), ...copy],
    cwd: into,
    env,
    signal,
  });
  await checkJars(jars, path.join(sources, JARS), instead);
  const files = (await readdir(path.join(sources, 'src'))).filter((name) => name.endsWith('.java'));
  await runCommand({
    command: 'javac',
    args: ['--release', '17', '-encoding', 'UTF-8', '-cp', path.join(jars, '*'), '-d', classes, ...files],
    cwd: path.join(sources, 'src'),
    env,
    signal,
  });
}

/** Each jar that is named is there as it should be, and there is no other. */
async function checkJars(folder: string, list: string, instead: string): Promise<void> {
  const known = new Map((await readFile(list, 'utf8')).split('\n').map((line) => [line.slice(66), line.slice(0, 64)] as const));
  known.delete('');
  for (const name of await readdir(folder)) {
    const sha256 = await sha256Of(path.join(folder, name));
    const wanted = known.get(name);
    if (wanted === undefined) throw refuseUnknown({ what: name, why: `${JARS} does not name it`, instead });
    if (wanted !== sha256) throw refuseUnknown({ what: name, why: `its SHA-256 is ${sha256}, not ${wanted}`, instead });
    known.delete(name);
  }
  for (const name of known.keys()) throw refuseUnknown({ what: 'What Maven fetched', why: `${name} is missing`, instead });
}

function isOlder(version: readonly number[]): boolean {
  const place = OLDEST_MAVEN.findIndex((number, n) => number !== version[n]);
  return place >= 0 && (version[place] ?? 0) < (OLDEST_MAVEN[place] ?? 0);
}
