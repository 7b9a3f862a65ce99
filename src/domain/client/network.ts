// Addresses and networks as text: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. An IPv4 address that came over IPv6
// (`::ffff:203.0.113.7`) is the IPv4 address.

export interface Network {
  readonly bits: 32 | 128;
  readonly value: bigint;
  /** How many leading bits count. */
  readonly prefix: number;
}

const MAPPED = 0xffffn;
/** What one customer of a provider gets at least, and changes addresses within at will. */
const ONE_CUSTOMER = 64;

/** Undefined when the text is neither an address nor a network. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', digits] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const number = parseIPv4(address) ?? parseIPv6(address);
  if (number === undefined) return undefined;
  const prefix = digits === undefined ? number.bits : Number(digits);
  if (prefix > number.bits) return undefined;
  if (number.bits === 128 && number.value >> 32n === MAPPED && prefix >= 96)
    return { bits: 32, value: number.value & 0xffff_ffffn, prefix: prefix - 96 };
  return { ...number, prefix };
}

/** Whether an address lies within one of these networks; of a network, whether a part of it does. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const peer = parseNetwork(withoutZone(address));
  if (peer === undefined) return false;
  return networks.some((text) => {
    const network = parseNetwork(text);
    if (network === undefined || network.bits !== peer.bits) return false;
    const shift = BigInt(network.bits - Math.min(network.prefix, peer.prefix));
    return peer.value >> shift === network.value >> shift;
  });
}

/** The same name for everything one host may use: an IPv4 address itself, or the /64 network of an IPv6 address. */
export function placeOf(address: string): string {
  const network = parseNetwork(withoutZone(address));
  if (network === undefined) return address;
  if (network.bits === 32) return ipv4Text(network.value);
  const groups = [112n, 96n, 80n, 64n].map((shift) => ((network.value >> shift) & 0xffffn).toString(16));
  return `${groups.join(':').replace(/(:0)+$/, '')}::/${ONE_CUSTOMER}`;
}

export function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function parseIPv4(text: string): { readonly bits: 32; readonly value: bigint } | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseIPv6(text: string): { readonly bits: 128; readonly value: bigint } | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [front, back] = halves.map(groupsOf);
  if (front === undefined || (halves.length === 2 && back === undefined)) return undefined;
  const missing = 8 - front.length - (back?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...front, ...Array<bigint>(missing).fill(0n), ...(back ?? [])];
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | group, 0n) };
}

/** Of one side of `::`; the last two may be written as an IPv4 address. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1 ? parseIPv4(part) : undefined;
    if (last !== undefined) groups.push(last.value >> 16n, last.value & 0xffffn);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

/** `fe80::1%eth0` */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
