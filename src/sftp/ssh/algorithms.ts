// What the server offers in the handshake: nothing with SHA-1, no compression before login, and no group exchange, which ssh2 offers by
// default and cannot do.

import type { Algorithms, ParsedKey } from 'ssh2';

export const ALGORITHMS: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

/**
 * ssh2 offers an RSA host key under its SHA-1 name, too, whatever the list says. A key that calls itself by the name of a signature
 * algorithm is offered under that name only.
 */
export function offeredKeys(keys: readonly ParsedKey[]): ParsedKey[] {
  return keys.flatMap((key) => (key.type === 'ssh-rsa' ? [renamed(key, 'rsa-sha2-512'), renamed(key, 'rsa-sha2-256')] : [key]));
}

function renamed(key: ParsedKey, type: string): ParsedKey {
  return Object.create(key, { type: { value: type } }) as ParsedKey;
}
