// A download that may be impossible here (no network, a strict firewall): found out within seconds, and then left alone for a day.

import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImportsError } from '../errors';

const DAY_MS = 24 * 60 * 60 * 1000;
const PATIENCE_MS = 5_000;

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
