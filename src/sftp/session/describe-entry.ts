// An entry in the protocol's own terms. Owner and mode are the same for all: they say what the client may do, nothing about the server.

import type { Attributes } from '../codec/attributes';
import type { Name } from '../codec/encode-reply';
import type { Entry, NamedEntry } from '../../door/folder/entry';

const FILE = 0o100000;
const DIRECTORY = 0o040000;
const OWNER = 1000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const HALF_YEAR_MS = 182 * 24 * 60 * 60 * 1000;

export function attributesOf(entry: Entry): Attributes {
  return {
    size: BigInt(entry.bytes),
    owner: { uid: OWNER, gid: OWNER },
    mode: modeOf(entry),
    times: { accessed: seconds(entry.accessedAt), modified: seconds(entry.modifiedAt) },
  };
}

export function nameOf(entry: NamedEntry, now: Date): Name {
  const size = String(entry.bytes).padStart(10);
  const longName = `${permissions(entry)}   1 ${OWNER}     ${OWNER}     ${size} ${when(entry.modifiedAt, now)} ${entry.name}`;
  return { name: entry.name, longName, attributes: attributesOf(entry) };
}

function modeOf(entry: Entry): number {
  if (entry.kind === 'directory') return DIRECTORY | (entry.readOnly ? 0o550 : 0o750);
  return FILE | (entry.readOnly ? 0o440 : 0o640);
}

function permissions(entry: Entry): string {
  const mode = modeOf(entry);
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
  return (entry.kind === 'directory' ? 'd' : '-') + bits;
}

/** As `ls -l`: the time for what is recent, the year for what is not. UTC. */
function when(date: Date, now: Date): string {
  const day = `${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)}`;
  const age = now.getTime() - date.getTime();
  return age > HALF_YEAR_MS || age < -HALF_YEAR_MS
    ? `${day}  ${String(date.getUTCFullYear()).padStart(4)}`
    : `${day} ${date.toISOString().slice(11, 16)}`;
}

/** The protocol has 32 unsigned bits for a time. */
function seconds(date: Date): number {
  return Math.min(Math.max(Math.floor(date.getTime() / 1000), 0), 0xffff_ffff);
}
