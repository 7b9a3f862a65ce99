import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKept } from '../../src/embedded/kept-program';

let dataDir: string;
let runDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'imports-keeper-'));
  runDir = path.join(dataDir, 'run');
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(20);
}

/** Runs until it is ended; `dataDir` in its command line, as every embedded service has it. */
const program = (source = 'setInterval(() => {}, 1000)') => ({
  name: 'program',
  command: process.execPath,
  args: ['-e', source, dataDir],
  env: process.env,
  runDir,
});

test('ends its program when the parent is killed with -9', async () => {
  const keeper = path.join(__dirname, '../../src/embedded/keeper.js');
  const parent = spawn(process.execPath, [
    '-e',
    `require('node:child_process').fork(${JSON.stringify(keeper)}, [process.execPath, '-e', 'setInterval(() => {}, 1000)'], { detached: true })
       .on('message', ({ pid }) => console.log(pid))`,
  ]);
  const [said] = await new Promise<Buffer[]>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve([data])));
  const pid = Number(String(said));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await gone(pid);
});

test('stop ends the program and removes its pid file; its output is in its log', async () => {
  const running = await startKept(program('console.log("hello"); setInterval(() => {}, 1000)'));
  expect(isAlive(running.pid)).toBe(true);
  expect(await readFile(path.join(runDir, 'program.pid'), 'utf8')).toBe(String(running.pid));
  while (!(await readFile(path.join(runDir, 'program.log'), 'utf8')).includes('hello')) await sleep(20);
  await running.stop();
  expect(isAlive(running.pid)).toBe(false);
  await expect(readFile(path.join(runDir, 'program.pid'))).rejects.toThrow('ENOENT');
});

test('tells how a program ended by itself', async () => {
  const running = await startKept(program('setTimeout(() => process.exit(7), 50)'));
  expect(await running.ended).toBe('exit code 7');
});

test('a program that is not there is a clear error', async () => {
  await expect(startKept({ ...program(), command: 'no-such-program' })).rejects.toThrow(
    /program could not be started: no-such-program: ENOENT/,
  );
});

test('a program whose keeper was killed is ended before it counts as ended', async () => {
  // It does not watch its standard input, as the Temporal server does not.
  const running = await startKept(program());
  const status = await readFile(`/proc/${running.pid}/status`, 'utf8');
  process.kill(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), 'SIGKILL');
  await running.ended;
  expect(isAlive(running.pid)).toBe(false);
});

test('a program that outlived an earlier start is ended by the next', async () => {
  const first = await startKept(program());
  const second = await startKept(program());
  expect(isAlive(first.pid)).toBe(false);
  expect(isAlive(second.pid)).toBe(true);
  await first.ended;
  await second.stop();
});
