// The login of one SSH connection: ssh2's questions to the door, and the door's answer back.

import { utils, type AuthContext, type PublicKeyAuthContext } from 'ssh2';
import type { DoorMetrics, Log } from '../../ports';
import type { Login, Logins } from '../../door/login';

const METHODS: ('publickey' | 'password')[] = ['publickey', 'password'];
const NOBODY: Login = { result: 'unknown-account', account: undefined, client: undefined };

export interface Attempt {
  readonly outcome: 'accepted' | 'probed' | 'asked' | 'failed';
  readonly login: Login;
}

/** Decides one attempt and does not answer it. `probed` = the key would do, its signature is still to come. */
export async function authenticate(
  context: AuthContext,
  { logins, log, metrics, ip }: { logins: Logins; log: Log; metrics: DoorMetrics; ip: string },
): Promise<Attempt> {
  if (context.method === 'password') {
    const login = await logins.password(context.username, context.password);
    return report({ outcome: login.result === 'ok' ? 'accepted' : 'failed', login });
  }
  if (context.method !== 'publickey') return { outcome: context.method === 'none' ? 'asked' : 'failed', login: NOBODY };
  const { algo, data } = context.key;
  // Without a hash, an RSA key signs with SHA-1.
  if (algo === 'ssh-rsa' && context.hashAlgo === undefined) return { outcome: 'failed', login: NOBODY };
  const login = await logins.publicKey(context.username, { algorithm: algo, blob: data });
  if (login.result === 'ok' && context.signature === undefined) return { outcome: 'probed', login };
  if (login.result === 'ok' && !isSigned(context)) return report({ outcome: 'failed', login: { ...login, result: 'unknown-key' } });
  return report({ outcome: login.result === 'ok' ? 'accepted' : 'failed', login });

  function report(attempt: Attempt): Attempt {
    const { account, result } = attempt.login;
    // What was typed as the name of an unknown account may be anything, a password among it.
    const fields = { account: account?.userName ?? null, clientId: account?.clientId ?? null, method: context.method, result, ip };
    metrics.loginEnded({ method: context.method === 'password' ? 'password' : 'publickey', result });
    if (result === 'ok') log.info('Login', fields);
    else log.warn('Login refused', fields);
    return attempt;
  }
}

export function refuse(context: AuthContext): void {
  context.reject(METHODS);
}

function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  const parsed = utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  // Whatever its types say, the answer may also be an Error, which is no yes.
  const verdict: unknown = parsed.verify(blob, signature, hashAlgo);
  return verdict === true;
}
