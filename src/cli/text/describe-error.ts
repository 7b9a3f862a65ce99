// What an error means to the person who typed the command: a sentence, what to do next, and an exit code. The one table from our codes to
// exit codes, and the one place that recognises the errors of libraries that this floor knows nothing else of.

import { types } from 'node:util';
import { CommanderError } from 'commander';
import { ImportsError, type ErrorCode } from '../../errors';

/** done · not done or not found · wrong use · a service cannot be reached */
export type ExitCode = 0 | 1 | 2 | 3;

interface DescribedError {
  readonly exitCode: ExitCode;
  readonly code: ErrorCode | 'UNEXPECTED';
  readonly message: string;
}

const EXIT_CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  WRONG_USE: 2,
  CONFIG: 2,
  NOT_FOUND: 1,
  NOT_NOW: 1,
  FILE_VANISHED: 1,
  MAIL_REJECTED: 1,
  INVARIANT: 1,
  UNREACHABLE: 3,
};

const NEXT = 'Find out what is wrong with: imports doctor';

export function describeError(error: unknown): DescribedError {
  if (error instanceof CommanderError) return { exitCode: 2, code: 'WRONG_USE', message: error.message.replace(/^error: /, '') };
  if (error instanceof ImportsError) {
    // Its sentence says what is broken; that we have to fix it is said here, once.
    const next = error.code === 'INVARIANT' ? `\nThis is a bug; please report it. ${NEXT}` : '';
    return { exitCode: EXIT_CODES[error.code], code: error.code, message: `${error.message}${next}` };
  }
  const service = unreachableService(error);
  if (service !== undefined) return { exitCode: 3, code: 'UNREACHABLE', message: `${service} cannot be reached. ${NEXT}` };
  const place = unusablePlace(error);
  if (place !== undefined) return { exitCode: 3, code: 'UNREACHABLE', message: `${place}\n${NEXT}` };
  return { exitCode: 1, code: 'UNEXPECTED', message: `The command failed with an unexpected error. ${nameOf(error)}\n${NEXT}` };
}

/** The same error in a sentence that says more. */
export function retold(error: unknown, say: (message: string, code: DescribedError['code']) => string): ImportsError {
  const { code, message } = describeError(error);
  return new ImportsError(code === 'UNEXPECTED' ? 'NOT_NOW' : code, say(message, code), { cause: error });
}

/** A database driver's message may hold values of records, so only its class and code are shown. */
function nameOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (!/^(Mongo|Bulk|Cast|Validation)/.test(error.name)) return `${error.name}: ${error.message}`;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}

const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'you may not use it',
  EPERM: 'you may not use it',
  EROFS: 'it is mounted read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk quota is used up',
  ENOENT: 'it is not there',
  ENOTDIR: 'part of its path is not a directory',
  EISDIR: 'it is a directory',
};

/** A file or directory named in a file system error; the data directory's are the installation's own. */
function unusablePlace(error: unknown): string | undefined {
  if (!(types.isNativeError(error) && 'code' in error && 'path' in error)) return undefined;
  const why = UNUSABLE[String(error.code)];
  return why === undefined
    ? undefined
    : `${String(error.path)} cannot be used: ${why} (${String(error.code)}). Check it, and IMPORTS_DATA_DIR.`;
}

/** Which service a driver's error is about, if it says that there is no connection. */
function unreachableService(error: unknown): string | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (/^Mongo(ose)?(ServerSelection|Network|NetworkTimeout|PoolCleared|NotConnected)Error$/.test(cause.name)) return 'MongoDB';
    const code: unknown = 'code' in cause ? cause.code : undefined;
    // gRPC: DEADLINE_EXCEEDED, UNAVAILABLE
    if ((code === 4 || code === 14) && 'metadata' in cause) return 'Temporal';
    if (typeof code === 'string' && /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code))
      return 'A service';
  }
  return undefined;
}
