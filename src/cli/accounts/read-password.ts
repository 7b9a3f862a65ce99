// A password for an account: made up by us and shown once, or read from standard input. Never an argument, which other users of the
// machine could see in the list of processes.

import { wrongUse } from '../../errors';
import type { CliDeps } from '../deps';

export interface PasswordOptions {
  readonly generatePassword?: true;
  readonly passwordStdin?: true;
}

interface NewPassword {
  readonly hash: string;
  /** To be shown once; absent if the operator typed it. */
  readonly generated?: string;
}

/** More would only cost time to hash. */
const MAX_BYTES = 1024;
const MIN_CHARACTERS = 12;
const BETTER = 'A good one is made by: --generate-password';

/** Undefined when neither option was given. */
export async function readPassword(
  options: PasswordOptions,
  deps: Pick<CliDeps, 'generatePassword' | 'hashPassword' | 'readStdin'>,
): Promise<NewPassword | undefined> {
  if (options.generatePassword && options.passwordStdin) throw wrongUse('Give one of --generate-password and --password-stdin, not both');
  if (options.generatePassword) {
    const generated = deps.generatePassword();
    return { hash: await deps.hashPassword(generated), generated };
  }
  if (options.passwordStdin) return { hash: await deps.hashPassword(checked(await deps.readStdin())) };
  return undefined;
}

function checked(input: string): string {
  const password = input.replace(/\r?\n$/, '');
  if (/\p{Cc}/u.test(password)) throw wrongUse(`The password on standard input must be one line without control characters. ${BETTER}`);
  if ([...password].length < MIN_CHARACTERS || Buffer.byteLength(password) > MAX_BYTES) {
    throw wrongUse(
      `The password on standard input must have at least ${MIN_CHARACTERS} characters and at most ${MAX_BYTES} bytes. ${BETTER}`,
    );
  }
  return password;
}
