// Everything we throw. A message is a sentence in sentence case: what was attempted, on what, what to do next; never a value of a record.

export type ErrorCode =
  /** Wrong use: the caller must change what it asks for. */
  | 'WRONG_USE'
  | 'NOT_FOUND'
  /** The thing is not in a state that allows this. */
  | 'NOT_NOW'
  /** A service cannot be reached; trying again may help. */
  | 'UNREACHABLE'
  /** Settings are wrong; the process cannot start. */
  | 'CONFIG'
  /** The file of an import is neither where it was claimed nor where it is backed up. */
  | 'FILE_VANISHED'
  /** The mail server said no for good. */
  | 'MAIL_REJECTED'
  /** A promise of our own code is broken. */
  | 'INVARIANT';

export class ImportsError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ImportsError';
    this.code = code;
  }
}

const withCode = (code: ErrorCode) => (message: string, options?: { readonly cause?: unknown }) => new ImportsError(code, message, options);

export const wrongUse = withCode('WRONG_USE');
export const notFound = withCode('NOT_FOUND');
export const notNow = withCode('NOT_NOW');
export const unreachable = withCode('UNREACHABLE');
export const misconfigured = withCode('CONFIG');
