// The login of one SSH connection: ssh2's questions to the door, and the door's answer back.

import { utils, type AuthContext, type PublicKeyAuthContext } from 'ssh2';
import type { Login, Logins } from '../../door/login';
import type { Peer } from '../../door/peer';
import { mendAnswer } from './mend-signatures';

const METHODS: ('publickey' | 'password')[] = ['publickey', 'password'];
const NOBODY: Login = { result: 'unknown-account', account: undefined, client: undefined };

export interface Attempt {
  readonly outcome: 'accepted' | 'probed' | 'asked' | 'failed';
  readonly login: Login;
}

/** Decides one attempt and does not answer it. `probed` = the key would do, its signature is still to come. */
export async function authenticate(context: AuthContext, logins: Logins, peer: Peer): Promise<Attempt> {
  if (context.method === 'password') {
    const login = await logins.password(context.username, context.password, peer);
    return { outcome: login.result === 'ok' ? 'accepted' : 'failed', login };
  }
  if (context.method !== 'publickey') return { outcome: context.method === 'none' ? 'asked' : 'failed', login: NOBODY };
  const { algo, data } = context.key;
  // Without a hash, an RSA key signs with SHA-1.
  const signsWeakly = algo === 'ssh-rsa' && context.hashAlgo === undefined;
  const key = { algorithm: algo, blob: data, signsWeakly };
  const isProbe = context.signature === undefined;
  const login = await logins.publicKey(context.username, isProbe ? key : { ...key, isProven: () => isSigned(context) }, peer);
  // Why it cannot come in although its key is right is told to a peer that has proven to hold it.
  if (isProbe && (login.result === 'ok' || login.result === 'too-many-visits')) {
    mendAnswer(context);
    return { outcome: 'probed', login };
  }
  return { outcome: login.result === 'ok' ? 'accepted' : 'failed', login };
}

export function refuse(context: AuthContext): void {
  context.reject(METHODS);
}

function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  const parsed = utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  // Whatever its types say, the answer may also be an Error, which is not a yes.
  const verdict: unknown = parsed.verify(blob, signature, hashAlgo);
  return verdict === true;
}
