// Two faults of ssh2 1.17.0 that keep RSA keys out, mended from outside. It answers the question whether a key would do with the key's
// type instead of the signature algorithm in question (RFC 4252, section 7), which asyncssh and older Go programs take for a refusal; and
// its list of signature algorithms lacks a comma and names two that we refuse. This file can go when the version of ssh2 in use answers
// with `rsa-sha2-512` and sends the list as it is below: `test/sftp/rsa-keys.test.ts` passes without it then.

import type { Connection, PublicKeyAuthContext } from 'ssh2';
import { objectIn } from './channel-guards';
import { callOf, exchangingPackets, stringOf, uint32 } from './own-packets';

export const SIGNATURES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

const EXT_INFO = 7;
const ANNOUNCEMENT = Buffer.concat([Buffer.of(EXT_INFO), uint32(1), stringOf('server-sig-algs'), stringOf(SIGNATURES.join(','))]);

/** Before the first keys are agreed on: the list is sent right after them, once. */
export function mendAnnouncement(connection: Connection): void {
  const protocol = objectIn(connection, '_protocol');
  const agreed = callOf(protocol, '_onHandshakeComplete');
  const ssh2s: unknown = Reflect.get(protocol, '_onHandshakeComplete');
  Reflect.set(protocol, '_onHandshakeComplete', (...args: unknown[]) => {
    Reflect.set(protocol, '_onHandshakeComplete', ssh2s);
    exchangingPackets(
      connection,
      (content) => (content[0] === EXT_INFO ? ANNOUNCEMENT : content),
      () => agreed(...args),
    );
  });
}

/** Before the question is answered with yes. */
export function mendAnswer({ key, hashAlgo }: PublicKeyAuthContext): void {
  if (hashAlgo !== undefined) key.algo = hashAlgo === 'sha512' ? 'rsa-sha2-512' : 'rsa-sha2-256';
}
