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
