// All timeouts and retries, one row per kind of step, each with its reason. No number of this sort stands anywhere else.
//
// A broken world (database, disk) is tried again for a day; after that the import is `failed` and `imports retry` goes on where it
// stopped. Tries are counted, not time, so waiting for a worker is never a failure. Errors that no repetition cures are marked
// non-retryable where they are thrown (src/worker/safe-failures.ts).

import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import { TASK_QUEUES } from './messages';

/** A day at one try per minute. */
const A_DAY_OF_TRIES = 1_440;
const forEver = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;
const worldIsBroken = { ...forEver, maximumAttempts: A_DAY_OF_TRIES } as const;
/** A cancelled import waits for its steps: only when they have ended does nobody write any more. */
const untilItEnds = { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED } as const;
const { mail, webhooks, background } = TASK_QUEUES;
/** Others' servers are away for minutes or hours: patient, and never faster than they like. The one limit in time: yesterday's is not news. */
const othersAreAway = {
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '30m' },
} as const;

export const ACTIVITY_OPTIONS = {
  /** Renames files out of a folder, or copies one that stays, up to 2 GiB. For ever: an inbox that gave up would leave files lying. */
  turn: { startToCloseTimeout: '7m', heartbeatTimeout: '30s', retry: forEver },
  /** Looks into many folders, and reads uploads that stay. For ever: its schedule starts no other, and the next tick may be a day away. */
  folders: { taskQueue: background, startToCloseTimeout: '2h', heartbeatTimeout: '30s', retry: { ...forEver, maximumInterval: '5m' } },
  /** Reads the whole file, up to 2 GiB: long, so the heartbeat tells a dead worker within half a minute. */
  inspect: { startToCloseTimeout: '2h', heartbeatTimeout: '30s', retry: worldIsBroken, ...untilItEnds },
  /** About 5,000 records: seconds. Ten minutes allow for a database that answers slowly. */
  chunk: { startToCloseTimeout: '10m', heartbeatTimeout: '30s', retry: worldIsBroken, ...untilItEnds },
  /** Walks over all chunks or all rejected records: grows with the file, reports progress. */
  sweep: { startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: worldIsBroken, ...untilItEnds },
  /** The same for what nobody waits for. */
  background: { taskQueue: background, startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: worldIsBroken, ...untilItEnds },
  /** Looks at all clients or all that waits. The next tick does it again, so this gives up soon. */
  pass: {
    taskQueue: background,
    startToCloseTimeout: '10m',
    heartbeatTimeout: '30s',
    retry: { ...forEver, maximumAttempts: 5 },
  },
  /** One or two calls to the database. */
  note: { startToCloseTimeout: '30s', retry: worldIsBroken, ...untilItEnds },
  /** Writes down that an import failed. Without a limit: one that failed and that nobody is told of would be lost. */
  lastWord: { startToCloseTimeout: '30s', retry: forEver },
  /** Mail servers greylist for minutes and are down for hours. */
  mail: { taskQueue: mail, ...othersAreAway },
  /** So are receivers of webhooks, on a queue of their own: no e-mail waits behind one that hangs. */
  webhook: { taskQueue: webhooks, ...othersAreAway },
  /** Alarms about silent clients: thousands at once after an outage. Its schedule starts no other one meanwhile. */
  alarm: { taskQueue: mail, startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: worldIsBroken },
} satisfies Record<string, ActivityOptions>;
