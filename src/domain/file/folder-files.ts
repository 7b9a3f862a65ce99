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
