// Files that wait in the folders of clients, and what lies in `work/` for an import.

import type { ImportId } from '../ids';

export interface ReadyFile {
  readonly name: string;
  readonly bytes: number;
  readonly inode: string;
  /** When the file last changed in any way (ctime). */
  readonly changedAt: Date;
}

/** What of a client's folder may be imported now, and what may be soon. */
export interface ReadyFiles {
  /** Oldest first. */
  readonly ready: readonly ReadyFile[];
  /** When the next one of those that were touched just now may be; null = there is none. */
  readonly quietAt: Date | null;
}

/** Files in the folders of clients that no import has taken. */
export interface WaitingFiles {
  readonly files: number;
  /** When the oldest of them was last touched; null = there is none. */
  readonly oldest: Date | null;
}

/** What lies in `work/` for one import. */
export interface WorkFolder {
  readonly importId: ImportId;
  readonly changedAt: Date;
  /** The client's file is still in it. */
  readonly holdsFile: boolean;
}

const TEMPORARY = /^[.~]|\.(?:part|partial|filepart|tmp|crdownload|uploading)$/i;

/** A name that upload programs give to a file while they are still at work on it. It is stored like any other, and never imported. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Whether a program that is at work on the file `name` may have called it `other`: `name.part`, `.in.name`, or `users.tmp` for `users.csv`. */
export function isTemporaryNameOf(name: string, other: string): boolean {
  const stem = name.replace(/\.[^.]*$/, '');
  return isTemporaryName(other) && (other.startsWith(`${name}.`) || other.startsWith(`${stem}.`) || other.endsWith(name));
}
