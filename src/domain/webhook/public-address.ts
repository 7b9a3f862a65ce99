// Where a webhook may go: to a URL that is fit to be stored and shown, and to addresses of the public Internet. People type the URL and
// others' DNS servers resolve it, so it could otherwise reach into our own network. The rows are those of IANA's special-purpose registries.

import { ipv4Text, isWithin, parseNetwork } from '../client/network';

const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a provider's customers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local: metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // former relays of 6to4
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];
/** All that is assigned. The rest is loopback, link-local, private, multicast or reserved. */
const ASSIGNED_IPV6 = ['2000::/3'];
const NOT_PUBLIC_IPV6 = [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: holds any IPv4 address
  '3fff::/20', // documentation
];
/** In networks that have only IPv6: the last 32 bits are the IPv4 address that is meant. */
const NAT64 = ['64:ff9b::/96'];

export function isPublicAddress(address: string): boolean {
  const parsed = parseNetwork(address);
  // Also undefined with a zone, as in fe80::1%eth0: only local addresses have one.
  if (parsed === undefined) return false;
  if (parsed.bits === 32) return !isWithin(address, NOT_PUBLIC_IPV4);
  if (isWithin(address, NAT64)) return !isWithin(ipv4Text(parsed.value), NOT_PUBLIC_IPV4);
  return isWithin(address, ASSIGNED_IPV6) && !isWithin(address, NOT_PUBLIC_IPV6);
}

const LONGEST = 1_000;

/**
 * The URL of a receiver, as it is typed. It is stored, shown and put on record, so it may not hold a user name and password. The text
 * itself; undefined when nothing could be sent there. Whether http is allowed is a setting of the installation.
 */
export function parseWebhookUrl(text: string): string | undefined {
  if (text.length > LONGEST || !URL.canParse(text)) return undefined;
  const { protocol, username, password, hash } = new URL(text);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' && hash === '' && !/[\s\p{Cc}\p{Cf}]/u.test(text) ? text : undefined;
}
