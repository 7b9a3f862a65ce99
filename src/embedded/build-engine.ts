// Builds our own database engine: Maven fetches the jars that pom.xml names, each is held to the hash in jars.sha256, and only then the
// compiler of the JDK sees them.

import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { unreachable } from '../errors';
import { refuseUnknown, sha256Of } from './fetch-archive';
import { runCommand } from './run-command';

/** As `sha256sum` writes it. */
export const JARS = 'jars.sha256';
/** The first that refuses repositories of plain http. */
const OLDEST_MAVEN = [3, 8, 1] as const;

interface BuildEngine {
  readonly sources: string;
  readonly into: string;
  /** What to do instead, for the sentence of a refusal. */
  readonly instead: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export async function buildEngine({ sources, into, instead, env, signal }: BuildEngine): Promise<void> {
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
