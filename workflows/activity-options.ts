// All timeouts and retries, one row a kind of step, each with its reason. No number of this sort stands anywhere else.
//
// A broken world (database, disk, mail server) is retried for a day without anyone's doing; after that the import is `failed` and
// `imports retry` goes on where it stopped. Errors that no repetition cures are marked non-retryable where they are thrown
// (src/worker/safe-failures.ts).

import type { ActivityOptions } from '@temporalio/workflow';

const worldIsBroken = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

export const ACTIVITY_OPTIONS = {
  /**
   * Looks into a folder and renames files, or copies one that stays, up to 2 GiB. The next tick of the schedule tries again, so this gives
   * up before two ticks.
   */
  scan: { startToCloseTimeout: '7m', heartbeatTimeout: '30s', scheduleToCloseTimeout: '8m', retry: worldIsBroken },
  /** Reads the whole file, up to 2 GiB: long, so the heartbeat tells a dead worker within half a minute. */
  inspect: { startToCloseTimeout: '2h', heartbeatTimeout: '30s', scheduleToCloseTimeout: '24h', retry: worldIsBroken },
  /** About 5,000 records: seconds. Ten minutes allow for a database that answers slowly. */
  chunk: { startToCloseTimeout: '10m', heartbeatTimeout: '30s', scheduleToCloseTimeout: '24h', retry: worldIsBroken },
  /** Walks over all chunks or all rejected records: grows with the file, reports progress. */
  sweep: { startToCloseTimeout: '1h', heartbeatTimeout: '30s', scheduleToCloseTimeout: '24h', retry: worldIsBroken },
  /** One or two calls to the database. */
  note: { startToCloseTimeout: '30s', scheduleToCloseTimeout: '24h', retry: worldIsBroken },
  /** Writes down that an import failed. Without a limit: one that failed and that nobody is told of would be lost. */
  lastWord: { startToCloseTimeout: '30s', retry: worldIsBroken },
  /** Mail servers greylist for minutes and are down for hours: patient, and never faster than they like. */
  mail: {
    startToCloseTimeout: '5m',
    heartbeatTimeout: '30s',
    scheduleToCloseTimeout: '24h',
    retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '30m' },
  },
  /** Alarms about silent clients: thousands at once after an outage of ours. Its schedule starts no other one meanwhile. */
  alarm: { startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: worldIsBroken },
} satisfies Record<string, ActivityOptions>;
