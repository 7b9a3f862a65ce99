// Reads one line of an authorized_keys or `.pub` file. If it is something else, the error says what it is and what to send instead.

import { createHash } from 'node:crypto';
import { utils } from 'ssh2';
import { wrongUse } from '../errors';
import type { PublicKey } from '../domain/client/access';

const ALGORITHMS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];
const KEY_WITHIN = /(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+AAAA/;
const ANY_ALGORITHM = /^(?:ssh-|ecdsa-|sk-|rsa-sha2-)/;
const MIN_RSA_BITS = 2048;
const INSTEAD = 'Send the one line of the .pub file of an ed25519, ECDSA or RSA key (2048 bits or more).';

/** Throws ImportsError WRONG_USE with a sentence that says what is wrong with the line. */
export function parsePublicKey(line: string): PublicKey {
  const text = line.trim();
  if (text.includes('PRIVATE KEY') || text.startsWith('PuTTY-User-Key-File')) {
    refuse('This is your private key: it must never leave its owner, who should replace it now that it was sent.');
  }
  if (text.includes('---- BEGIN SSH2 PUBLIC KEY'))
    refuse('This key is in the SSH2 (RFC 4716) format; "ssh-keygen -i -f FILE" converts it.');
  if (/[\r\n]/.test(text)) refuse('This is more than one line.');
  const [algorithm = '', blob = '', ...comment] = text.split(/\s+/);
  if (!ANY_ALGORITHM.test(algorithm)) {
    if (KEY_WITHIN.test(text)) refuse('The line begins with options, which this server does not support.');
    refuse('This is not a public key.');
  }
  if (algorithm === 'ssh-dss') refuse('DSA keys are no longer safe.');
  if (algorithm.includes('-cert-')) refuse('This is a certificate, which this server does not check: send the key that it was made for.');
  if (algorithm.startsWith('sk-')) refuse('Keys of security keys (sk-…) are not supported.');
  if (!ALGORITHMS.includes(algorithm)) refuse(`Keys of the type ${algorithm.slice(0, 40)} are not supported.`);
  if (KEY_WITHIN.test(comment.join(' '))) refuse('These are two keys in one line: send each in a line of its own.');
  const bytes = Buffer.from(blob, 'base64');
  const key = utils.parseKey(`${algorithm} ${blob}`);
  // Decoding skips what is not base64: only a blob that encodes to itself is one.
  if (key instanceof Error || bytes.toString('base64') !== blob || firstField(bytes).toString('latin1') !== algorithm) {
    refuse('The key is damaged or incomplete.');
  }
  if (algorithm === 'ssh-rsa' && rsaBits(bytes) < MIN_RSA_BITS) refuse(`RSA keys need ${MIN_RSA_BITS} bits or more.`);
  return { algorithm, blob, fingerprint: fingerprintOf(bytes), comment: comment.join(' ') };
}

/** As ssh-keygen prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function refuse(why: string): never {
  throw wrongUse(`The public key cannot be used. ${why} ${INSTEAD}`);
}

function firstField(bytes: Buffer, from = 0): Buffer {
  if (bytes.length < from + 4) return Buffer.alloc(0);
  return bytes.subarray(from + 4, from + 4 + bytes.readUInt32BE(from));
}

/** Blob of an RSA key: name, exponent, modulus. */
function rsaBits(bytes: Buffer): number {
  const exponentAt = 4 + firstField(bytes).length;
  const modulus = firstField(bytes, exponentAt + 4 + firstField(bytes, exponentAt).length);
  const hex = modulus.toString('hex');
  return hex === '' ? 0 : BigInt(`0x${hex}`).toString(2).length;
}
