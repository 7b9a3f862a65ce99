// The PROXY protocol, versions 1 and 2: in front of everything else, a load balancer says whose connection it passes on. Read from
// connections of named sources only; anybody else could claim to be anybody.
// https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt

import { isIP } from 'node:net';

interface ProxyHeader {
  /** Of the client; undefined = one of the load balancer's own, which looks whether we are there, or one that has no such address. */
  readonly address: string | undefined;
  /** Bytes of the header: what follows is the client's. */
  readonly bytes: number;
}

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const V1 = Buffer.from('PROXY ');
const V1_LONGEST = 107;
const V2_FIXED = 16;
/** Addresses take at most 216 bytes; the rest are notes of the load balancer (TLS, names), of which none is of interest. */
const V2_LONGEST = V2_FIXED + 4096;
const [IPV4, IPV6] = [1, 2];
/** What the addresses take, by family: unspecified, IPv4, IPv6, UNIX. */
const ADDRESS_BYTES = [0, 12, 36, 216];
/** Unspecified, stream, datagram. */
const TRANSPORTS = 3;

/** `more` = it may still become one; `none` = it is not one. */
export function readProxyHeader(received: Buffer): ProxyHeader | 'more' | 'none' {
  if (startsAlike(received, SIGNATURE)) return received.length < V2_FIXED ? 'more' : readVersion2(received);
  if (startsAlike(received, V1)) return readVersion1(received);
  return 'none';
}

function readVersion2(received: Buffer): ProxyHeader | 'more' | 'none' {
  const [versionAndCommand = 0, familyAndTransport = 0] = [received[12], received[13]];
  const bytes = V2_FIXED + received.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || (versionAndCommand & 0xf) > 1 || bytes > V2_LONGEST) return 'none';
  if (received.length < bytes) return 'more';
  const isLocal = (versionAndCommand & 0xf) === 0;
  if (isLocal) return { address: undefined, bytes };
  const [family, transport] = [familyAndTransport >> 4, familyAndTransport & 0xf];
  const addresses = received.subarray(V2_FIXED, bytes);
  const least = ADDRESS_BYTES[family];
  if (least === undefined || addresses.length < least || transport >= TRANSPORTS) return 'none';
  const address = family === IPV4 ? addresses.subarray(0, 4).join('.') : family === IPV6 ? ipv6Of(addresses.subarray(0, 16)) : undefined;
  return { address, bytes };
}

function readVersion1(received: Buffer): ProxyHeader | 'more' | 'none' {
  const end = received.indexOf('\r\n');
  if (end === -1) return received.length < V1_LONGEST ? 'more' : 'none';
  const bytes = end + 2;
  if (bytes > V1_LONGEST) return 'none';
  const [, family, source = '', target = '', sourcePort = '', targetPort = '', ...rest] = received.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { address: undefined, bytes };
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : undefined;
  const isRight =
    version !== undefined &&
    isIP(source) === version &&
    isIP(target) === version &&
    [sourcePort, targetPort].every(isPort) &&
    rest.length === 0;
  return isRight ? { address: source, bytes } : 'none';
}

function startsAlike(received: Buffer, mark: Buffer): boolean {
  const length = Math.min(received.length, mark.length);
  return received.subarray(0, length).equals(mark.subarray(0, length));
}

function ipv6Of(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(n * 2).toString(16)).join(':');
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
