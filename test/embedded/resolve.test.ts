// Where the engines come from, with fake programs on PATH and the downloads marked as unreachable.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { resolveMongo } from '../../src/embedded/resolve-mongo';
import { resolveTemporal } from '../../src/embedded/resolve-temporal';

let folder: string;
const said: string[] = [];
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'imports-resolve-'));
  await mkdir(path.join(folder, 'cache'));
  await mkdir(path.join(folder, 'bin'));
  for (const host of ['github.com', 'fastdl.mongodb.org']) await writeFile(path.join(folder, 'cache', `unreachable-${host}`), '');
  said.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

async function onPath(name: string, script: string): Promise<void> {
  const file = path.join(folder, 'bin', name);
  await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  await chmod(file, 0o755);
}

const options = () => ({
  config: { cacheDir: path.join(folder, 'cache'), env: { PATH: path.join(folder, 'bin') } },
  say: (line: string) => void said.push(line),
  signal,
});
const fakeGo = 'case $1 in version) echo go;; build) sleep 0.3; echo built > "$5"; echo . >> "$(dirname "$5")/../builds";; esac';

test('Temporal on PATH is used', async () => {
  await onPath('temporal', 'echo temporal version 1.9.9');
  expect(await resolveTemporal(options())).toEqual({ command: 'temporal', engine: 'temporal version 1.9.9, from PATH' });
  expect(said).toEqual([]);
});

test('Temporal is built once by two starts at once, with a word to those who wait', async () => {
  await onPath('go', fakeGo);
  const [one, two] = await Promise.all([resolveTemporal(options()), resolveTemporal(options())]);
  expect(one).toEqual(two);
  expect(await readFile(one.command, 'utf8')).toBe('built\n');
  expect(await readFile(path.join(folder, 'cache/builds'), 'utf8')).toBe('.\n');
  expect(said[0]).toBe('Building the Temporal dev server once, 4-5 minutes …');
  expect(said.at(-1)).toMatch(/done after \d+ s$/);
});

test('what an earlier start built is used without a word', async () => {
  await onPath('go', fakeGo);
  const first = await resolveTemporal(options());
  said.length = 0;
  expect(await resolveTemporal(options())).toEqual(first);
  expect(said).toEqual([]);
});

test('without any way to Temporal the error says what to install', async () => {
  await expect(resolveTemporal(options())).rejects.toThrow(/TEMPORAL_ADDRESS.*Install the Temporal CLI .* or Go/);
});

test('a build that fails tells the last words of the compiler', async () => {
  await onPath('go', 'case $1 in version) echo go;; build) echo "no space left" >&2; exit 1;; esac');
  await expect(resolveTemporal(options())).rejects.toThrow(/no space left/);
});

test('mongod on PATH is used where there is no data yet', async () => {
  await onPath('mongod', 'echo db version v8.0.1');
  const program = await resolveMongo(options(), undefined);
  expect(program).toMatchObject({ kind: 'mongod', command: 'mongod', engine: 'MongoDB (db version v8.0.1), from PATH' });
  expect(program.args(27_017, '/data/mongo')).toEqual(['--bind_ip', '127.0.0.1', '--port', '27017', '--dbpath', '/data/mongo']);
});

test('data of the small engine is never opened with mongod', async () => {
  await onPath('mongod', 'echo db version v8.0.1');
  await onPath('javac', 'echo javac 17');
  await onPath('mvn', 'case $1 in --version) echo Apache Maven 3.8.7;; *) echo "it is built"; exit 1;; esac');
  await expect(resolveMongo(options(), 'small')).rejects.toThrow(/it is built/);
});

test('data of mongod is never opened with the small engine', async () => {
  await onPath('javac', 'echo javac 17');
  await expect(resolveMongo(options(), 'mongod')).rejects.toThrow(/written by mongod/);
});

test('without any way to a database the error says what is missing', async () => {
  await onPath('javac', 'echo javac 17');
  await expect(resolveMongo(options(), undefined)).rejects.toThrow(/cannot be built without Maven/);
});
