// Files that were published a moment ago. The import may take one away before its client has looked at it again (paramiko compares the
// size, WinSCP sets the time, lftp the mode), and the client would call its good upload failed. For a minute, memory answers.

import type { Clock } from '../../ports';
import type { Entry } from './entry';

export const REMEMBERED_MS = 60_000;

export class RecentFiles {
  private readonly files = new Map<string, { readonly entry: Entry; readonly until: number }>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  remember(path: string, entry: Entry): void {
    const now = this.clock.now().getTime();
    // Oldest first, by insertion.
    for (const [old, { until }] of this.files) {
      if (until > now) break;
      this.files.delete(old);
    }
    this.files.delete(path);
    this.files.set(path, { entry, until: now + REMEMBERED_MS });
  }

  find(path: string): Entry | undefined {
    const file = this.files.get(path);
    return file !== undefined && file.until > this.clock.now().getTime() ? file.entry : undefined;
  }

  forget(path: string): void {
    this.files.delete(path);
  }
}
