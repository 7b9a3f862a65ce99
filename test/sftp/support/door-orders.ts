// What a front door in a process of its own is told.

import type { Limits } from '../../../src/door/limits';

/** A file of this name in the data directory, and every write meets a device that is full. */
export const DISK_IS_FULL = 'disk-is-full';

/** The line that answers SIGUSR2. */
export const HELD = 'memory held';

/** What a step of an upload is called here: `datasync` and `directory` make it safe, `rename` publishes it. */
export type Step = 'datasync' | 'rename' | 'directory' | 'announce';

export interface DoorOrders {
  readonly dataDir: string;
  readonly password: string;
  readonly limits: Partial<Limits>;
  readonly quietMs: number;
  readonly slowWriteMs: number;
  /** Whether FTPS is open as well. */
  readonly ftps: boolean;
  readonly dies: { readonly step: Step; readonly when: 'before' | 'after' } | null;
}
