// What the benches share: their options, a folder that is removed afterwards, and `imports up` as a process of its own, so that what is measured is
// what users run.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Endpoints } from '../src/config/endpoints';
import type { ChildMessage } from '../src/processes/run-process';

const bin = path.join(__dirname, '../src/processes/imports.js');

export interface Running {
  readonly dataDir: string;
  readonly endpoints: Endpoints;
  json<T>(...args: readonly string[]): Promise<T>;
  workerPid(): number;
  /** A further worker beside the one of `imports up`; resolves to its pid when it is connected to Temporal. */
  addWorker(): Promise<number>;
  stop(): Promise<void>;
}

/** `--name value` */
export function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

export function numberOption(name: string, usual: number): number {
  return Number(option(name) ?? usual);
}

export function rounded(n: number): number {
  return Math.round(n * 100) / 100;
}

/** Processor time of a process so far. Linux counts in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  return (Number(statOf(pid)[11]) + Number(statOf(pid)[12])) / 100;
}

/** Peak resident memory since it started, in MiB. */
export function peakMiB(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
}

/** `line` brings its own line break. Of any size, in little memory. */
export async function writeCsv(file: string, header: string, records: number, line: (n: number) => string): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${header}\r\n`);
  for (let n = 0; n < records; n++) if (!out.write(line(n))) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
}

/** What Linux says of a process (or of `self`), behind its name. */
export function statOf(pid: number | 'self'): readonly string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
}

/** `dir` is removed afterwards. */
export function runBench(measure: (dir: string) => Promise<void>): void {
  const dir = mkdtempSync(path.join(tmpdir(), 'imports-bench-'));
  measure(dir)
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(() => rmSync(dir, { recursive: true, force: true }));
}

export async function startProduct(dataDir: string, settings: Readonly<Record<string, string>>): Promise<Running> {
  mkdirSync(dataDir, { recursive: true });
  const anyPort = {
    IMPORTS_SFTP_PORT: '0',
    IMPORTS_MONGO_PORT: '0',
    IMPORTS_TEMPORAL_PORT: '0',
    IMPORTS_TEMPORAL_UI_PORT: '0',
    IMPORTS_SMTP_PORT: '0',
  };
  const env = { ...process.env, ...anyPort, ...settings, IMPORTS_DATA_DIR: dataDir };
  const logFile = path.join(dataDir, 'up.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [bin, 'up'], { env, stdio: ['ignore', log, log] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const addresses = path.join(dataDir, 'run/endpoints.json');
  while (!existsSync(addresses)) {
    // The folder is about to be removed, so the error brings the end of the log.
    if (child.exitCode !== null)
      throw new Error(`imports up ended with ${child.exitCode}:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const more: ChildProcess[] = [];
  return {
    dataDir,
    endpoints: JSON.parse(readFileSync(addresses, 'utf8')) as Endpoints,
    async json<T>(...args: readonly string[]): Promise<T> {
      const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args, '--json'], { env, maxBuffer: 1 << 26 });
      return JSON.parse(stdout) as T;
    },
    workerPid: () => Number(readFileSync(path.join(dataDir, 'run/worker.pid'), 'utf8')),
    async addWorker() {
      const worker = spawn(process.execPath, [path.join(path.dirname(bin), 'worker.js')], { env, stdio: ['ignore', log, log, 'ipc'] });
      more.push(worker);
      const died = once(worker, 'exit').then(() => Promise.reject(new Error(`A worker ended; see ${logFile}`)));
      while ((await Promise.race([once(worker, 'message') as Promise<[ChildMessage]>, died]))[0].kind !== 'ready');
      died.catch(() => undefined);
      return worker.pid!;
    },
    async stop() {
      for (const worker of more) if (worker.kill('SIGTERM')) await once(worker, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
