// The frame of a process: start, say so, live, and end in order on SIGTERM, SIGINT or the death of the parent. Under `imports up` it
// reports to its parent over IPC; started by itself (a container) it does the same without anybody listening.

import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../adapters/log/log';
import { ImportsError } from '../errors';
import { keepFromOthers } from './this-process';
import type { Log } from '../ports';

const BEAT_MS = 1_000;
/** Longer than any process lets its work in flight end; what still hangs then is cured by the next start. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A line now and then, so that a log read late still says what is missing. */
const SAY_AGAIN_MS = 300_000;
/** What a service that has just been started beside us may need on a slow machine. */
const PATIENCE_UNDER_UP_MS = 30_000;

/** What a process tells the one that started it. */
export type ChildMessage =
  | { readonly kind: 'beat' }
  | { readonly kind: 'ready'; readonly port?: number; readonly ftpsPort?: number }
  | { readonly kind: 'failed'; readonly message: string };

interface RunningProcess {
  /** Where it listens, when it does. */
  readonly port?: number;
  readonly ftpsPort?: number;
  /** Lets work in flight end. */
  stop(): void | Promise<void>;
  /** Settles when all has ended; absent = when `stop` has. */
  readonly ended?: Promise<unknown>;
}

/** `purpose` is for people who call it with --help. */
export function runProcess(name: string, purpose: string, start: () => Promise<RunningProcess>): void {
  const isStartedByUp = process.send !== undefined;
  if (!isStartedByUp && answersArguments(name, purpose, process.argv.slice(2))) return;
  keepFromOthers();
  const log = createLog({ process: name, level: 'info' });
  let running: RunningProcess | undefined;
  let stopping = false;

  const fail = (what: string) => (error: unknown) => {
    log.error(what, { error });
    tell({ kind: 'failed', message: error instanceof ImportsError ? error.message : `${name} met an unexpected error` });
    // The message is on its way to the parent; a crash must not overtake it.
    setTimeout(() => process.exit(1), 50);
  };

  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    end().catch(fail(`${name} did not end in order`));
  };
  const end = async () => {
    await running?.stop();
    await running?.ended;
    process.exit(0);
  };

  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop);
  process.on('uncaughtException', fail(`${name} met an unexpected error`));
  process.on('unhandledRejection', fail(`${name} met an unexpected error`));
  setInterval(() => tell({ kind: 'beat' }), BEAT_MS).unref();

  const live = async () => {
    running = await start();
    const { port, ftpsPort } = running;
    tell({ kind: 'ready', ...(port === undefined ? {} : { port }), ...(ftpsPort === undefined ? {} : { ftpsPort }) });
    log.info(`${name} is ready`);
    if (running.ended === undefined) return;
    await running.ended;
    if (!stopping) throw new ImportsError('INVARIANT', `The ${name} process ended without being asked to.`);
  };
  live().catch(fail(`${name} broke off`));
}

/** There are none, so a person who types one wants to know how it is used. */
function answersArguments(name: string, purpose: string, [first]: readonly string[]): boolean {
  if (first === undefined) return false;
  const usage = `Usage: node dist/src/processes/${name}.js\n\n${purpose}\nNo arguments: settings are in the environment, see .env.example.\nShuts down cleanly on SIGTERM and SIGINT.\n`;
  if (first === '--help' || first === '-h') process.stdout.write(usage);
  else {
    process.stderr.write(`error: ${name} takes no arguments, but was given ${JSON.stringify(first)}\n\n${usage}`);
    process.exitCode = 2;
  }
  return true;
}

function tell(message: ChildMessage): void {
  // A channel that closes meanwhile is noticed as 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/**
 * A process that starts before its services (a container, a machine after a power cut) waits for them instead of ending and being started
 * again and again. Under `imports up` it waits half a minute and no more: there a person waits for a first start, and the parent tries again.
 */
export async function untilReachable<T>(log: Log, attempt: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  let saidAt = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ImportsError && error.code === 'UNREACHABLE')) throw error;
      if (process.connected && Date.now() - startedAt > PATIENCE_UNDER_UP_MS) throw error;
      if (Date.now() - saidAt > SAY_AGAIN_MS) {
        log.warn('waiting for a service', { error });
        saidAt = Date.now();
      }
    }
    await sleep(wait);
  }
}
