// The log: one JSON line per event. The only home of pino, and the last guard of promise 3: a field that could hold personal data or a
// secret is blanked, and of an error only its class, code and places in code are told, because drivers quote values.

import pino from 'pino';
import { ImportsError } from '../../errors';
import type { Log } from '../../ports';

const PRIVATE = [
  'password',
  'passwordHash',
  'apiKey',
  'email',
  'from',
  'to',
  'replyTo',
  'userName',
  'uniqueId',
  'userId',
  'firstName',
  'lastName',
  'cells',
  'values',
  'record',
  'row',
  'text',
  'html',
  'mongodbUri',
  'smtpUrl',
];

interface LogOptions {
  /** Name of the process, on every line. */
  readonly process: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Absent = standard output. */
  readonly destination?: { write(line: string): void };
}

export function createLog({ process, level, destination }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: { process, pid: globalThis.process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...PRIVATE, ...PRIVATE.map((name) => `*.${name}`)], censor: '[private]' },
      serializers: { error: describe, err: describe },
    },
    // Synchronous, so that the last lines before a death are there.
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

/** A file that lines are appended to. */
export function openLogFile(file: string): NonNullable<LogOptions['destination']> {
  return pino.destination({ dest: file, sync: true });
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  // The front door tells of an error by its code or class; any other text may quote a value.
  if (typeof error === 'string' && /^(E[A-Z0-9]+|\w+Error|unknown|protocol)$/.test(error)) return { name: error };
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as { readonly code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    // Our own sentences hold no personal data; everybody else's may.
    ...(error instanceof ImportsError ? { message: error.message } : {}),
    frames: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  };
}
