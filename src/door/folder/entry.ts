// One file or directory as a client may know it. Everything else a file system can hold (links, pipes, devices) is not there for clients.

import type { Stats } from 'node:fs';

export interface Entry {
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  readonly accessedAt: Date;
  readonly modifiedAt: Date;
  /** The client may read it and nothing else. */
  readonly readOnly: boolean;
}

export interface NamedEntry extends Entry {
  readonly name: string;
}

/** Undefined for what is neither file nor directory. */
export function entryOf(stats: Stats, readOnly: boolean): Entry | undefined {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : undefined;
  return kind && { kind, bytes: stats.size, accessedAt: stats.atime, modifiedAt: stats.mtime, readOnly };
}

/** Of what is not published: it is being written, or was broken off. */
export function entryOfUpload(bytes: number, at: Date): Entry {
  return { kind: 'file', bytes, accessedAt: at, modifiedAt: at, readOnly: false };
}

export const OWNER = 1000;
const FILE = 0o100000;
const DIRECTORY = 0o040000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const HALF_YEAR_MS = 182 * 24 * 60 * 60 * 1000;

/**
 * As `ls -l` shows it, which clients of SFTP and FTP show to people and take apart themselves. Owner and mode are the same for all: they
 * say what the client may do, nothing about the server.
 */
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
