// A foreign program that lives as long as we do: started through the keeper, its output in a file, its pid in another.

import { fork } from 'node:child_process';
import { readFile, rm, writeFile, mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { unreachable } from '../errors';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the keeper gives the program. */
const PATIENCE_MS = 40_000;
/** For a service to answer after its start: a slow machine has time, and one that ends by itself is noticed at once. */
const READY_LIMIT_MS = 5 * 60_000;
const KEEPER = path.join(__dirname, 'keeper.js');

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `<name>.log` and `<name>.pid` go here. */
  readonly runDir: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves with how it ended, whatever ended it. */
  readonly ended: Promise<string>;
  /** Ends it, kindly and then not, and waits. */
  stop(): Promise<void>;
}

export async function startKept({ name, command, args, env, runDir }: Program): Promise<Running> {
  const pidFile = path.join(runDir, `${name}.pid`);
  await endOrphan(pidFile, [command, path.dirname(runDir)]);
  const output = await openLog(runDir, name);
  const keeper = fork(KEEPER, [command, ...args], {
    // A session of its own: Ctrl-C in the terminal is for the process that then ends everything in order.
    detached: true,
    execArgv: [],
    env,
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  let how = 'keeper ended';
  let pid = 0;
  const exited = new Promise<NodeJS.Signals | null>((resolve) => {
    keeper.once('exit', (_code, signal) => resolve(signal));
    keeper.once('error', () => resolve(null));
  });
  const started = new Promise<void>((resolve, reject) => {
    keeper.on('message', (message: { readonly pid?: number; readonly failed?: string; readonly ended?: string }) => {
      if (message.ended !== undefined) how = message.ended;
      if (message.failed !== undefined)
        reject(
          unreachable(`${name} could not be started: ${command}: ${message.failed}. See whether that program is there and may be run.`),
        );
      if (message.pid === undefined) return;
      pid = message.pid;
      resolve();
    });
    void exited.then(() => reject(unreachable(`${name} could not be started: its keeper ended. Start it again with: imports up`)));
  });
  const ended = exited.then(async (signal) => {
    // A keeper that was killed could not end its program; two of them on the same data would be worse than none.
    if (signal !== null && pid > 0) await endForcibly(pid);
    await rm(pidFile, { force: true });
    return how;
  });
  try {
    await started;
  } finally {
    await output.close();
  }
  await writeFile(pidFile, String(pid));
  return {
    pid,
    ended,
    async stop() {
      if (keeper.connected) keeper.disconnect();
      const guard = setTimeout(() => keeper.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(guard);
    },
  };
}

interface Ready {
  /** For people: what is started. */
  readonly what: string;
  /** Resolves when the process of this pid answers, rejects when it is told to stop waiting. */
  readonly untilReady: (signal: AbortSignal, pid: number) => Promise<void>;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/** The same, ready for use. One that ends before it answers, or does not answer in time, is an error. */
export async function startReady(program: Program, { what, untilReady, signal }: Ready): Promise<Running> {
  const { name, runDir } = program;
  const running = await startKept(program);
  const waiting = new AbortController();
  const limit = AbortSignal.timeout(READY_LIMIT_MS);
  const ready = untilReady(AbortSignal.any([signal, waiting.signal, limit]), running.pid).then(() => undefined);
  try {
    const how = await Promise.race([ready, running.ended]);
    if (how === undefined) return running;
    throw unreachable(`The embedded ${what} ended at its start (${how}). See run/${name}.log: ${await lastWords(runDir, name)}`);
  } catch (error) {
    await running.stop();
    if (!limit.aborted || signal.aborted) throw error;
    throw unreachable(`The embedded ${what} did not answer within five minutes. See run/${name}.log.`, { cause: error });
  } finally {
    waiting.abort();
    await ready.catch(() => undefined);
  }
}

/** The last lines of what the program said: for an error message about its end. */
async function lastWords(runDir: string, name: string): Promise<string> {
  const text = await readFile(path.join(runDir, `${name}.log`), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' / ').slice(-600);
}

const LIMIT_BYTES = 20 * 1024 * 1024;
const LOOK_MS = 50;
const GONE_WITHIN_MS = 10_000;

/** The file that takes the output of a process, `<run>/<name>.log`: appended to, and put aside once when it has grown large. */
export async function openLog(runDir: string, name: string): Promise<FileHandle> {
  await mkdir(runDir, { recursive: true });
  const file = path.join(runDir, `${name}.log`);
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > LIMIT_BYTES) await rename(file, `${file}.1`);
  return open(file, 'a');
}

/**
 * A process that outlived its start (everybody above it was killed at once) still holds the data or the port that its successor needs. Ends
 * the one that the file names when all of `marks` are parts of its command line: a pid may meanwhile belong to another process.
 */
export async function endOrphan(pidFile: string, marks: readonly string[]): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // Where the command line cannot be read, nothing is ended.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (marks.every((mark) => commandLine.includes(mark))) await endForcibly(pid);
}

/** Waits for the end, but not for ever: a dead process that nobody collects still has a pid. */
async function endForcibly(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
    for (let waited = 0; waited < GONE_WITHIN_MS; waited += LOOK_MS) {
      await sleep(LOOK_MS);
      process.kill(pid, 0);
    }
  } catch {
    // Gone.
  }
}
