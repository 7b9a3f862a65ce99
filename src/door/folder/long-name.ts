// An entry as `ls -l` shows it, which clients of SFTP and FTP show to people and take apart themselves. Owner and mode are the same for
// all: they say what the client may do, nothing about the server.

import type { Entry, NamedEntry } from './entry';

export const OWNER = 1000;
const FILE = 0o100000;
const DIRECTORY = 0o040000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const HALF_YEAR_MS = 182 * 24 * 60 * 60 * 1000;

export function longNameOf(entry: NamedEntry, now: Date): string {
  const size = String(entry.bytes).padStart(10);
  return `${permissions(entry)}   1 ${OWNER}     ${OWNER}     ${size} ${when(entry.modifiedAt, now)} ${entry.name}`;
}

export function modeOf(entry: Entry): number {
  if (entry.kind === 'directory') return DIRECTORY | (entry.readOnly ? 0o550 : 0o750);
  return FILE | (entry.readOnly ? 0o440 : 0o640);
}

function permissions(entry: Entry): string {
  const mode = modeOf(entry);
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
  return (entry.kind === 'directory' ? 'd' : '-') + bits;
}

/** The time for what is recent, the year for what is not. UTC. */
function when(date: Date, now: Date): string {
  const day = `${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)}`;
  const age = now.getTime() - date.getTime();
  return age > HALF_YEAR_MS || age < -HALF_YEAR_MS
    ? `${day}  ${String(date.getUTCFullYear()).padStart(4)}`
    : `${day} ${date.toISOString().slice(11, 16)}`;
}
