// Downloads an archive over https alone, from the first address to the last redirect, and unpacks it only when it is the file that we know.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import path from 'node:path';
import type { Archive } from './archives';
import { runCommand, type Command } from './run-command';
import { ImportsError, unreachable } from '../errors';

const LIMIT_MS = 5 * 60_000;
const MOST_REDIRECTS = 5;

/** How a program is brought into a folder. */
export interface Bring {
  readonly into: string;
  /** What to do instead, for the sentence of a refusal. */
  readonly instead: string;
  readonly env: Command['env'];
  readonly signal: AbortSignal;
}

interface FetchArchive extends Bring {
  /** Its wanted file gets there under its own name. */
  readonly archive: Archive;
  readonly get?: typeof fetch;
}

/** Throws ImportsError when what came is not the known file; anything else is a download that did not work. */
export async function fetchArchive({ archive, into, instead, env, signal, get = fetch }: FetchArchive): Promise<void> {
  const { url, member, folders } = archive;
  const file = path.join(into, 'archive.tar.gz');
  const body = await open(url, get, AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
  await pipeline(Readable.fromWeb(body), createWriteStream(file));
  const sha256 = await sha256Of(file);
  if (sha256 !== archive.sha256) {
    await rm(file);
    throw refuseUnknown({ what: url, why: `its SHA-256 is ${sha256}, not ${archive.sha256}`, instead });
  }
  const unpacked = path.join(into, 'unpacked');
  await mkdir(unpacked);
  await runCommand({ command: 'tar', args: ['-xzf', file, '-C', unpacked, `--strip-components=${folders}`], env, signal });
  const program = path.join(into, path.basename(member));
  await rename(path.join(unpacked, member), program);
  await chmod(program, 0o755);
  await Promise.all([file, unpacked].map((left) => rm(left, { recursive: true })));
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function open(first: string, get: typeof fetch, signal: AbortSignal): Promise<NonNullable<Response['body']>> {
  let url = new URL(first);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    if (url.protocol !== 'https:') throw new Error(`${url.host} asks for a download without TLS`);
    const { ok, body, headers } = await get(url, { signal, redirect: 'manual' });
    if (ok && body !== null) return body;
    const next = headers.get('location');
    if (next === null) throw new Error('the archive is not there');
    url = new URL(next, url);
  }
  throw new Error('too many redirects');
}

interface Unknown {
  readonly what: string;
  /** How it differs. */
  readonly why: string;
  /** How to go on without it. */
  readonly instead: string;
}

/** The one sentence for something downloaded that is not what this version was released with. */
export function refuseUnknown({ what, why, instead }: Unknown): ImportsError {
  return unreachable(
    `${what} was downloaded and is not what this version was released with: ${why}. Nothing of it was used. ` +
      `Somebody between here and there may have changed it, so ask your network administrators. To go on without it: ${instead}`,
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;
const PATIENCE_MS = 5_000;

/** It may be impossible here (no network, a strict firewall): found out within seconds, and then left alone for a day. */
export interface Download<T> {
  readonly cacheDir: string;
  /** Answers anything when the download is worth trying. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly download: () => Promise<T>;
}

/** Undefined when it cannot be had. Throws ImportsError when it is not what was expected. */
export async function tryDownload<T>({ cacheDir, url, signal, download }: Download<T>): Promise<T | undefined> {
  const { host } = new URL(url);
  const marker = path.join(cacheDir, `unreachable-${host}`);
  const failedAt = await stat(marker).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - failedAt < DAY_MS) return undefined;
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    return await download();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ImportsError) throw error;
    await mkdir(cacheDir, { recursive: true });
    await writeFile(marker, `${host} could not be reached; tried again after a day, or when this file is removed.\n`);
    return undefined;
  }
}
