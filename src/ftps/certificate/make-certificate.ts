// Makes a key and a certificate that signs itself, so that FTPS starts without anybody's help. Node reads certificates and cannot write
// them; this is the one shape that we need, in DER: X.509 version 3, ECDSA P-256, names in a subjectAltName.

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, utcTime: 0x17, time: 0x18, sequence: 0x30, set: 0x31 };
const OID = {
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
};
/** Clients remember it, as they remember a host key: a new one makes each of them ask its user. */
const VALID_YEARS = 10;

/** `names` are host names and addresses. Returns PEM text: the key, then the certificate. */
export function makeCertificate(names: readonly string[], now: Date): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + VALID_YEARS);
  const algorithm = sequence(der(TAG.oid, OID.ecdsaWithSha256));
  const name = sequence(der(TAG.set, sequence(der(TAG.oid, OID.commonName), der(TAG.utf8, Buffer.from('Managed user import')))));
  const extension = sequence(der(TAG.oid, OID.subjectAltName), der(TAG.octets, sequence(...names.map(generalName))));
  const content = sequence(
    der(context(0), der(TAG.integer, [2])),
    // Positive, and not shorter than it says.
    der(TAG.integer, [0x01, ...randomBytes(15)]),
    algorithm,
    name,
    sequence(time(now), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(context(3), sequence(extension)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, algorithm, der(TAG.bits, [0], signature));
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}${pem(certificate)}`;
}

function generalName(name: string): Buffer {
  const DNS = 0x82;
  const ADDRESS = 0x87;
  return isIP(name) === 4 ? der(ADDRESS, name.split('.').map(Number)) : der(DNS, Buffer.from(name, 'ascii'));
}

function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\.\d+Z$|[-:T]/g, '')}Z`;
  return date.getUTCFullYear() < 2050 ? der(TAG.utcTime, Buffer.from(digits.slice(2))) : der(TAG.time, Buffer.from(digits));
}

function context(number: number): number {
  return 0xa0 | number;
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...parts);
}

function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
