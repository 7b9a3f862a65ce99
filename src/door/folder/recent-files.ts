// Files that were published a moment ago. The import may take one away before its client has looked at it again (paramiko compares the
// size, WinSCP sets the time, lftp the mode), and the client would call its good upload failed. For a minute, memory answers; for an hour
// it knows that there was such a file, because lftp sets the modes of a whole mirrored folder when the last file has been sent.

import type { Clock } from '../../ports';
import type { Entry } from './entry';

export const REMEMBERED_MS = 60_000;
const KNOWN_MS = 60 * 60_000;

interface RecentFile {
  readonly entry: Entry;
  readonly since: number;
}

export class RecentFiles {
  readonly #clock: Clock;
  readonly #files: Map<string, RecentFile>;
  readonly #notBefore: number;

  constructor(clock: Clock, files = new Map<string, RecentFile>(), notBefore = -Infinity) {
    this.#clock = clock;
    this.#files = files;
    this.#notBefore = notBefore;
  }

  remember(path: string, entry: Entry): void {
    const now = this.#clock.now().getTime();
    // Oldest first, by insertion.
    for (const [old, { since }] of this.#files) {
      if (since + KNOWN_MS > now) break;
      this.#files.delete(old);
    }
    this.#files.delete(path);
    this.#files.set(path, { entry, since: now });
  }

  find(path: string): Entry | undefined {
    const file = this.#within(REMEMBERED_MS, path);
    return file !== undefined && file.since >= this.#notBefore ? file.entry : undefined;
  }

  /**
   * As a session knows them that begins now: what was published before it is none of its uploads. A script that looks whether its file is
   * still there, before it removes it or sends the next one, is told the truth.
   */
  fromNow(): RecentFiles {
    return new RecentFiles(this.#clock, this.#files, this.#clock.now().getTime());
  }

  /** Whether there was such a file: enough to accept a time or mode that nobody needs any more. */
  knows(path: string): boolean {
    return this.#within(KNOWN_MS, path) !== undefined;
  }

  forget(path: string): void {
    this.#files.delete(path);
  }

  #within(milliseconds: number, path: string): RecentFile | undefined {
    const file = this.#files.get(path);
    return file !== undefined && file.since + milliseconds > this.#clock.now().getTime() ? file : undefined;
  }
}
