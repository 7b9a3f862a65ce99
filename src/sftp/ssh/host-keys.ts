// The keys by which clients recognise this server, and what else it offers in the handshake. Keys are made once and never again: a client
// that finds another one refuses to connect. All three types from the first day on, because different clients remember different ones.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { utils, type ParsedKey, type Algorithms } from 'ssh2';
import { misconfigured } from '../../errors';
import { keepKeyFile } from '../../door/keep-key-file';
import { fingerprintOf } from '../../door/public-key';

interface HostKeys {
  readonly keys: readonly ParsedKey[];
  /** `<algorithm> SHA256:…` each. */
  readonly fingerprints: readonly string[];
}

const FILES = [
  { file: 'ssh_host_ed25519_key', generate: () => generate('ed25519') },
  { file: 'ssh_host_ecdsa_key', generate: () => generate('ecdsa', { bits: 256 }) },
  { file: 'ssh_host_rsa_key', generate: () => generate('rsa', { bits: 3072 }) },
] as const;

/** Reads the keys; makes those that are missing. Throws ImportsError CONFIG when a file is there and holds no key. */
export async function loadHostKeys(directory: string): Promise<HostKeys> {
  await mkdir(directory, { recursive: true });
  const keys: ParsedKey[] = [];
  for (const { file, generate: make } of FILES) {
    const path = join(directory, file);
    keys.push(parse(path, await keepKeyFile(path, make)));
  }
  return { keys, fingerprints: keys.map((key) => `${key.type} ${fingerprintOf(key.getPublicSSH())}`) };
}

function parse(path: string, text: string): ParsedKey {
  const parsed = utils.parseKey(text);
  const key: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || !(key as ParsedKey).isPrivateKey()) {
    throw misconfigured(
      `Reading the host key ${path} failed. Restore it from the backup; removing it makes every client refuse the new one.`,
    );
  }
  return key as ParsedKey;
}

async function generate(type: 'ed25519' | 'ecdsa' | 'rsa', options: { bits?: number } = {}): Promise<string> {
  const make = promisify(utils.generateKeyPair) as (type: string, options: object) => Promise<{ readonly private: string }>;
  // ssh2 writes one ed25519 key of 200 in such a way that nobody can read it.
  for (;;) {
    const { private: text } = await make(type, options);
    if (!(utils.parseKey(text) instanceof Error)) return text;
  }
}

/** What the server offers: nothing with SHA-1, no compression before login, no group exchange, which ssh2 offers and cannot do. */
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

/** ssh2 offers an RSA host key under its SHA-1 name, too, unless the key calls itself by the name of a signature algorithm. */
export function offeredKeys(keys: readonly ParsedKey[]): ParsedKey[] {
  return keys.flatMap((key) => (key.type === 'ssh-rsa' ? [renamed(key, 'rsa-sha2-512'), renamed(key, 'rsa-sha2-256')] : [key]));
}

function renamed(key: ParsedKey, type: string): ParsedKey {
  return Object.create(key, { type: { value: type } }) as ParsedKey;
}
