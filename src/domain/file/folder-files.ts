// Files that wait in the folders of clients, what lies in `work/` for an import, and the names of those beside a backed-up file in `.bak`.

import type { ImportId } from '../ids';
import type { ImportRun } from '../import-run';
import { oneLine } from '../report/wording';

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

/** `users.csv` -> `users.result.json` */
export function receiptName(backupName: string): string {
  return `${withoutCsv(backupName)}.result.json`;
}

/** `users.csv` -> `users.failed.csv` */
export function failedRecordsName(backupName: string): string {
  return `${withoutCsv(backupName)}.failed.csv`;
}

/** Such names in `.bak` are given by us alone: a client's own file never passes for a receipt. */
export function isOurs(name: string): boolean {
  return /\.(result\.json|failed\.csv)$/i.test(name);
}

/** In any case of letters; nothing else is taken off, so that `users.csv` and `users.xlsx` do not share a receipt. */
export function withoutCsv(fileName: string): string {
  return fileName.replace(/\.csv$/i, '');
}

/** Where clients find all failed records of an import, however few of them an e-mail carries. */
export function failedRecordsPath({ backup, fileName }: Pick<ImportRun, 'backup' | 'fileName'>): string {
  return oneLine(failedRecordsName(backup ?? `.bak/${fileName}`));
}
