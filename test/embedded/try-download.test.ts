import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pickPort } from '../../src/embedded/pick-port';
import { tryDownload } from '../../src/embedded/fetch-archive';

let cacheDir: string;
const { signal } = new AbortController();

const breakOff = () => Promise.reject(new Error('broke off'));

beforeEach(async () => {
  cacheDir = await mkdtemp(path.join(os.tmpdir(), 'imports-download-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

test('what cannot be reached is left alone for a day, then tried again', async () => {
  const url = `http://127.0.0.1:${await pickPort(0)}/`;
  let tries = 0;
  const attempt = () => tryDownload({ cacheDir, url, signal, download: async () => ++tries });
  expect(await attempt()).toBeUndefined();
  const [marker = ''] = await readdir(cacheDir);
  expect(marker).toContain('unreachable-127.0.0.1');

  const server = http.createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  expect(await attempt()).toBeUndefined();
  expect(tries).toBe(0);
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(path.join(cacheDir, marker), yesterday, yesterday);
  expect(await attempt()).toBe(1);
  await new Promise((resolve) => server.close(resolve));
});

test('a download that breaks off counts as unreachable; being told to give up does not', async () => {
  const server = http.createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(tryDownload({ cacheDir, url, signal: AbortSignal.abort(new Error('given up')), download: breakOff })).rejects.toThrow(
    'given up',
  );
  expect(await readdir(cacheDir)).toEqual([]);
  expect(await tryDownload({ cacheDir, url, signal, download: breakOff })).toBeUndefined();
  expect(await readdir(cacheDir)).toHaveLength(1);
  await new Promise((resolve) => server.close(resolve));
});
