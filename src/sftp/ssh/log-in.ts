// The attempts of one connection to log in, until one succeeds or there were too many: ssh2's questions to the door, and the door's answer back.

import type { Socket } from 'node:net';
import { type AuthContext, type Connection, utils, type PublicKeyAuthContext } from 'ssh2';
import { errnoOf } from '../../door/folder/folder-error';
import { CROWDED, ENTRY_LIMITS } from '../../door/limits';
import type { Peer } from '../../door/peer';
import type { Visitor } from '../../door/visits';
import { mendAnnouncement, mendAnswer } from './mend-signatures';
import { turnAway } from './own-packets';
import type { ConnectionContext } from './serve-connection';
import type { Login, Logins } from '../../door/login';

export function logIn(
  connection: Connection,
  { socket, peer }: { readonly socket: Socket; readonly peer: Peer },
  { frontDoor, admit }: ConnectionContext,
  welcome: (visitor: Visitor) => void,
): void {
  const { doorkeeper, logins, visits, log, folderOf } = frontDoor;
  let failures = 0;
  let admitted = false;
  mendAnnouncement(connection);

  const decide = async (attempt: AuthContext): Promise<void> => {
    const { outcome, login } = await authenticate(attempt, logins, peer);
    const crowded = CROWDED.get(login.result);
    if (outcome === 'accepted' && login.client !== undefined && login.account !== undefined) {
      const { account, client } = login;
      const folder = await folderOf(client);
      // Gone while we looked: there is nobody to welcome.
      if (socket.destroyed) return;
      const key = attempt.method === 'publickey' ? { algorithm: attempt.key.algo, blob: attempt.key.data.toString('base64') } : undefined;
      const visit = visits.begin({ account, client, peer, key, hangUp: () => connection.end() });
      socket.once('close', () => visit.end());
      welcome({ client, folder, visit });
      admitted = true;
      admit(socket);
      attempt.accept();
    } else if (outcome === 'probed') attempt.accept();
    else if (crowded !== undefined) turnAway(connection, crowded);
    else {
      if (outcome === 'failed') failures += 1;
      refuse(attempt);
      if (failures >= ENTRY_LIMITS.failuresPerConnection) connection.end();
    }
  };

  // Each costs us some milliseconds of our only thread. No program needs a second one so early.
  connection.on('rekey', () => {
    if (admitted || socket.destroyed) return;
    log.warn('A connection changes its keys before it has logged in, and is ended', { ip: peer.address });
    doorkeeper.note(peer, 'malformed');
    socket.destroy();
  });
  connection.on('error', (error: unknown) => {
    if (!admitted && isProtocolError(error)) doorkeeper.note(peer, 'malformed');
  });
  connection.on('authentication', (attempt) => {
    // What the peer had sent before it heard that it is sent away.
    if (failures >= ENTRY_LIMITS.failuresPerConnection) return;
    decide(attempt).catch((error: unknown) => {
      const code = errnoOf(error) ?? (error instanceof Error ? error.name : 'unknown');
      doorkeeper.excuse(peer);
      log.error('Deciding on a login failed', { ip: peer.address, error: code });
      refuse(attempt);
    });
  });
}

/** Not SSH, or not as SSH is spoken; a handshake that finds no common algorithm is an old program, no attack. */
function isProtocolError(error: unknown): boolean {
  return error instanceof Error && 'level' in error && error.level === 'protocol';
}

const METHODS: ('publickey' | 'password')[] = ['publickey', 'password'];
const NOBODY: Login = { result: 'unknown-account', account: undefined, client: undefined };

interface Attempt {
  readonly outcome: 'accepted' | 'probed' | 'asked' | 'failed';
  readonly login: Login;
}

/** Decides one attempt and does not answer it. `probed` = the key would do, its signature is still to come. */
async function authenticate(context: AuthContext, logins: Logins, peer: Peer): Promise<Attempt> {
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
  if (isProbe && (login.result === 'ok' || CROWDED.has(login.result))) {
    mendAnswer(context);
    return { outcome: 'probed', login };
  }
  return { outcome: login.result === 'ok' ? 'accepted' : 'failed', login };
}

function refuse(context: AuthContext): void {
  context.reject(METHODS);
}

function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  const parsed = utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  // Whatever its types say, the answer may also be an Error, which is not a yes.
  const verdict: unknown = parsed.verify(blob, signature, hashAlgo);
  return verdict === true;
}
