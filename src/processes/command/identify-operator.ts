// Who runs the command line. The operating system's word, by the number of the user; what anybody could set in the environment is kept
// beside it and marked as such.

import { hostname, userInfo } from 'node:os';
import type { Operator } from '../../domain/audit';

export function identifyOperator(env: NodeJS.ProcessEnv): Operator {
  const { name, uid } = systemUser();
  // sudo sets it for root; for any other user it is somebody's own invention.
  const behindRoot = uid === 0 ? env['SUDO_USER'] : undefined;
  return { name, uid, host: hostname(), selfDeclared: env['IMPORTS_OPERATOR'] ?? behindRoot ?? null };
}

/** One name, for where there is room for no more. */
export function operatorName({ name, selfDeclared }: Operator): string {
  return selfDeclared === null ? name : `${selfDeclared} (as ${name})`;
}

function systemUser(): Pick<Operator, 'name' | 'uid'> {
  try {
    const { username, uid } = userInfo();
    return { name: username, uid };
  } catch {
    // A container may run under a number that has no name.
    const uid = process.getuid?.() ?? null;
    return { name: uid === null ? 'unknown' : String(uid), uid };
  }
}
