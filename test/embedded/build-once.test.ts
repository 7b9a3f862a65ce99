import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildOnce } from '../../src/embedded/build-once';

let cacheDir: string;

beforeEach(async () => {
  cacheDir = await mkdtemp(path.join(os.tmpdir(), 'imports-cache-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

const { signal } = new AbortController();
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

function builder(name = 'engine', work: (into: string) => Promise<void> = async () => undefined) {
  const builds: string[] = [];
  const build = () =>
    buildOnce({
      cacheDir,
      name,
      signal,
      make: async (into) => {
        builds.push(into);
        await work(into);
        await writeFile(path.join(into, 'program'), 'whole');
      },
    });
  return { builds, build };
}

test('two starts at once build once, and both get the finished thing', async () => {
  const { builds, build } = builder('engine', async (into) => {
    await writeFile(path.join(into, 'program'), 'half');
    await sleep(400);
  });
  const folders = await Promise.all([build(), build(), build()]);
  expect(builds).toHaveLength(1);
  expect(new Set(folders)).toEqual(new Set([path.join(cacheDir, 'engine')]));
  expect(await readFile(path.join(folders[0], 'program'), 'utf8')).toBe('whole');
  expect(await readdir(cacheDir)).toEqual(['engine']);
});

test('what is built is not built again', async () => {
  const { builds, build } = builder();
  await build();
  await build();
  expect(builds).toHaveLength(1);
});

test('a build that was killed is done again, and its remains are removed', async () => {
  const pid = deadPid();
  await writeFile(path.join(cacheDir, 'engine.lock'), String(pid));
  await mkdir(path.join(cacheDir, `engine.${pid}.0b7`));
  await writeFile(path.join(cacheDir, `engine.${pid}.0b7`, 'program'), 'half');
  const { builds, build } = builder();
  expect(await readFile(path.join(await build(), 'program'), 'utf8')).toBe('whole');
  expect(builds).toHaveLength(1);
  expect(await readdir(cacheDir)).toEqual(['engine']);
});

test('a lock that nobody has touched for long is not waited for, even when its pid is taken by somebody else', async () => {
  const lock = path.join(cacheDir, 'engine.lock');
  await writeFile(lock, String(process.pid));
  const before = new Date(Date.now() - 10 * 60_000);
  await utimes(lock, before, before);
  const { builds, build } = builder();
  await build();
  expect(builds).toHaveLength(1);
});

test('a build that fails says why, leaves nothing behind, and the next one is a new try', async () => {
  const failing = builder('engine', () => Promise.reject(new Error('no compiler')));
  await expect(failing.build()).rejects.toThrow('no compiler');
  expect(await readdir(cacheDir)).toEqual([]);
  const { builds, build } = builder();
  await build();
  expect(builds).toHaveLength(1);
});

test('whoever waits for another build can be told to give up', async () => {
  await writeFile(path.join(cacheDir, 'engine.lock'), String(process.pid));
  const giveUp = AbortSignal.timeout(300);
  await expect(buildOnce({ cacheDir, name: 'engine', signal: giveUp, make: async () => undefined })).rejects.toThrow();
});
