import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { claimDataDir } from '../../src/processes/claim-data-dir';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'imports-claim-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

test('one at a time; after it is given back the next may', async () => {
  const release = await claimDataDir(dataDir);
  await expect(claimDataDir(dataDir)).rejects.toThrow(`another one is running on ${dataDir}`);
  await release();
  await (
    await claimDataDir(dataDir)
  )();
});

test('the claim of a process that was killed does not count', async () => {
  await mkdir(path.join(dataDir, 'run'));
  const holder = spawn(process.execPath, [
    '-e',
    'require("net").createServer().listen(process.argv[1], () => console.log())',
    path.join(dataDir, 'run/up.sock'),
  ]);
  await once(holder.stdout, 'data');
  await expect(claimDataDir(dataDir)).rejects.toThrow('another one is running');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await (
    await claimDataDir(dataDir)
  )();
});

test('a data directory with a long name is claimed as well', async () => {
  const deep = path.join(dataDir, 'x'.repeat(120));
  const release = await claimDataDir(deep);
  await expect(claimDataDir(deep)).rejects.toThrow('another one is running');
  await release();
});
