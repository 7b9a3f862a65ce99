// Things that are built or downloaded once for a user of the machine and kept in the cache. The result appears by one rename, so that
// nobody ever sees half of it and an interrupted build is simply done again; the lock only saves two starts from doing the same work.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../config/endpoints';

const BEAT_MS = 5_000;
const STALE_MS = 60_000;
const LOOK_AGAIN_MS = 250;

export interface Build {
  readonly cacheDir: string;
  readonly name: string;
  /** Makes the thing in this empty folder; what it leaves there becomes `<cacheDir>/<name>`. */
  readonly make: (into: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Resolves with the folder of the finished thing, whichever process made it. */
export async function buildOnce({ cacheDir, name, make, signal }: Build): Promise<string> {
  const finished = path.join(cacheDir, name);
  const lock = `${finished}.lock`;
  await mkdir(cacheDir, { recursive: true });
  for (;;) {
    if (await exists(finished)) return finished;
    if (await take(lock)) break;
    if (await isStale(lock)) await rm(lock, { force: true });
    else await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
  const beat = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  const temporary = `${finished}.${process.pid}.${randomUUID()}`;
  try {
    if (await exists(finished)) return finished;
    await removeLeftovers(cacheDir, name);
    await mkdir(temporary);
    await make(temporary);
    await rename(temporary, finished).catch(async (error: unknown) => {
      if (!(await exists(finished))) throw error;
    });
    return finished;
  } finally {
    clearInterval(beat);
    await rm(temporary, { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}

export function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Its holder is dead, or has not touched it for a minute (a pid means nothing to another container that shares the cache). */
async function isStale(lock: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]);
    return Date.now() - mtimeMs > STALE_MS || (text !== '' && !isAlive(Number(text)));
  } catch {
    return false;
  }
}

async function removeLeftovers(cacheDir: string, name: string): Promise<void> {
  for (const entry of await readdir(cacheDir)) {
    const [pid, rest] = entry.startsWith(`${name}.`) ? entry.slice(name.length + 1).split('.', 2) : [];
    if (pid !== undefined && rest !== undefined && /^\d+$/.test(pid) && !isAlive(Number(pid)))
      await rm(path.join(cacheDir, entry), { recursive: true, force: true });
  }
}

const EVERY_MS = 15_000;

export type Say = (line: string) => void;

/** Tells somebody who waits for a first start that it goes on: a line at once, and one now and then. */
export async function sayProgress<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  say(`${what} …`);
  const timer = setInterval(() => say(`${what} … ${seconds()} s`), EVERY_MS);
  try {
    const result = await work();
    say(`${what}: done after ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
