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

export interface RecentFiles {
  remember(path: string, entry: Entry): void;
  find(path: string): Entry | undefined;
  /**
   * As a session knows them that begins now: what was published before it is none of its uploads. A script that looks whether its file is
   * still there, before it removes it or sends the next one, is told the truth.
   */
  fromNow(): RecentFiles;
  /** Whether there was such a file: enough to accept a time or mode that nobody needs any more. */
  knows(path: string): boolean;
  forget(path: string): void;
}

export function recentFiles(clock: Clock, files = new Map<string, RecentFile>(), notBefore = -Infinity): RecentFiles {
  const now = (): number => clock.now().getTime();
  const within = (milliseconds: number, path: string): RecentFile | undefined => {
    const file = files.get(path);
    return file !== undefined && file.since + milliseconds > now() ? file : undefined;
  };
  return {
    remember(path, entry) {
      const since = now();
      // Oldest first, by insertion.
      for (const [old, file] of files) {
        if (file.since + KNOWN_MS > since) break;
        files.delete(old);
      }
      files.delete(path);
      files.set(path, { entry, since });
    },
    find(path) {
      const file = within(REMEMBERED_MS, path);
      return file !== undefined && file.since >= notBefore ? file.entry : undefined;
    },
    fromNow: () => recentFiles(clock, files, now()),
    knows: (path) => within(KNOWN_MS, path) !== undefined,
    forget: (path) => void files.delete(path),
  };
}
