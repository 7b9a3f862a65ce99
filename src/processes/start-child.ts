// Starts one of our own processes under `imports up`, and watches its heartbeat: a process that hangs is as good as dead.

import { fork } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from '../config/load-config';
import { endOrphan, openLog } from '../embedded/kept-program';
import type { Kept } from '../embedded/keep-running';
import { unreachable } from '../errors';
import type { ChildMessage } from './run-process';

/** A guard against a start that never ends; a slow machine's first start has time. */
const READY_LIMIT_MS = 10 * 60_000;
const LOOK_MS = 1_000;

interface ChildOptions {
  /** The file beside this one, and the name of its log and pid files. */
  readonly name: 'worker' | 'sftp';
  readonly env: Environment;
  readonly runDir: string;
  /** How long it may take to end its work. */
  readonly graceMs: number;
  /** Silence longer than this, after its first sign of life, ends it; absent = silence says nothing. */
  readonly silenceMs?: number;
  readonly signal: AbortSignal;
}

interface Child extends Kept {
  readonly port: number | undefined;
  readonly ftpsPort: number | undefined;
}

/** Resolves when the process says that it is ready. */
export async function startChild({ name, env, runDir, graceMs, silenceMs, signal }: ChildOptions): Promise<Child> {
  const output = await openLog(runDir, name);
  const pidFile = path.join(runDir, `${name}.pid`);
  const script = path.join(__dirname, `${name}.js`);
  await endOrphan(pidFile, [script, runDir]);
  // The argument identifies the process in a list of processes, also for us.
  const child = fork(script, [runDir], {
    // A session of its own: Ctrl-C in the terminal is for us, who then end everything in order.
    detached: true,
    execArgv: [],
    env,
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  let silent = false;
  const endSilent = () => {
    silent = true;
    child.kill('SIGKILL');
  };
  const beats = silenceMs === undefined ? undefined : watchBeats({ silenceMs, onSilent: endSilent });

  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const ended = exited.then(async (how) => {
    beats?.stop();
    await rm(pidFile, { force: true });
    return silent ? 'it hung and was killed' : how;
  });
  const ready = new Promise<Pick<Child, 'port' | 'ftpsPort'>>((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      beats?.heard();
      if (message.kind === 'ready') resolve({ port: message.port, ftpsPort: message.ftpsPort });
      if (message.kind === 'failed') reject(unreachable(`The ${name} process could not start, see run/${name}.log: ${message.message}`));
    });
    void ended.then((how) => reject(unreachable(`The ${name} process ended at its start (${how}). See run/${name}.log.`)));
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(READY_LIMIT_MS)]);
    giveUp.addEventListener('abort', () => reject(unreachable(`The ${name} process was not ready in time. See run/${name}.log.`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const guard = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(guard);
  };
  try {
    if (child.pid !== undefined) await writeFile(pidFile, String(child.pid));
    return { ...(await ready), ended, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await output.close();
  }
}

export interface Beats {
  /** A sign of life has come. */
  heard(): void;
  stop(): void;
}

/** Calls `onSilent` when nothing was heard for `silenceMs` since the last sign of life; the first one may take a slow machine minutes. */
export function watchBeats({ silenceMs, onSilent }: { readonly silenceMs: number; readonly onSilent: () => void }): Beats {
  let lastBeat: number | undefined;
  let lastLook = Date.now();
  const look = setInterval(() => {
    const now = Date.now();
    // We were asleep ourselves (a laptop's lid): its silence then says nothing.
    if (lastBeat !== undefined && now - lastLook > 3 * LOOK_MS) lastBeat = now;
    lastLook = now;
    if (lastBeat === undefined || now - lastBeat <= silenceMs) return;
    clearInterval(look);
    onSilent();
  }, LOOK_MS);
  return { heard: () => void (lastBeat = Date.now()), stop: () => clearInterval(look) };
}
