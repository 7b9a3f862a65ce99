// One `imports up` at a time on a data directory. The claim is a socket somebody listens on, not a file with a pid: it ends with the
// process, and a number that now belongs to another process (or to us, in a restarted container) cannot be taken for it.

import { createHash } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { notNow } from '../errors';

/** Longest path that every system takes for a socket. */
const LONGEST = 100;

/** Resolves with what gives the claim back. Throws ImportsError NOT_NOW when another process holds it. */
export async function claimDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(path.join(dataDir, 'run'), { recursive: true });
  const address = await addressOf(dataDir);
  const server = net.createServer((socket) => socket.end());
  for (let tries = 0; ; tries++) {
    if (await listen(server, address)) break;
    if (tries > 2 || (await answers(address)))
      throw notNow(
        `imports up was not started: another one is running on ${dataDir}. End that one first, or choose another IMPORTS_DATA_DIR.`,
      );
    // Left behind by one that was killed.
    await rm(address, { force: true });
  }
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
}

async function addressOf(dataDir: string): Promise<string> {
  const folder = await realpath(dataDir);
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\imports-${hash}`;
  const inside = path.join(folder, 'run', 'up.sock');
  return Buffer.byteLength(inside) <= LONGEST ? inside : path.join(os.tmpdir(), `imports-${hash}.sock`);
}

function listen(server: net.Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(address, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
