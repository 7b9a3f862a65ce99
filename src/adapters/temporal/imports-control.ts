// What the front door, the command line and the steps ask of Temporal: waking inboxes, schedules, decisions, e-mails sent again. Every call
// has a deadline, because without one a server that is down leaves it pending for ever.

import {
  Client as TemporalClient,
  Connection,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleOptions,
} from '@temporalio/client';
import type { Client } from '../../domain/client';
import type { ClientId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { ImportsControl, Inboxes } from '../../ports';
import { importWorkflowIdOf, scheduleIdOf, TASK_QUEUES } from '../../../workflows/messages';
import { ImportClient } from '../../../workflows/search-attributes';
import { decideImport } from './decide-import';
import { connectionOptions, type TemporalTarget } from './connection-options';
import { applyStandingSchedules } from './standing-schedules';
import { resendResult, startResend } from './start-resend';
import { findTroubles } from './find-troubles';
import { wakeInbox } from './wake-inbox';
import { lookAtWriter } from './look-at-writer';

const DEADLINE_MS = 10_000;
/** After a collision with an inbox that is just ending, the server makes the client wait for 5 to 11 seconds. */
const WAKE_DEADLINE_MS = 30_000;
/** What a mail server that is well needs many times over. */
const RESULT_MS = 20_000;

export interface ControlOptions extends TemporalTarget {
  /** Where people look at workflows; null when no UI is known. */
  readonly uiUrl: string | null;
}

export interface ConnectedControl extends ImportsControl, Inboxes {
  readonly temporal: TemporalClient;
  /** Those that belong to no client. Throws UNREACHABLE. */
  applyStandingSchedules(): Promise<void>;
  close(): Promise<void>;
}

export function connectImportsControl(options: ControlOptions): ConnectedControl {
  const { connection: target, namespace } = connectionOptions(options);
  const connection = Connection.lazy(target);
  const temporal = new TemporalClient({ connection, namespace });
  const within = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + DEADLINE_MS, call).catch(asUnreachable);

  return {
    temporal,
    applyStandingSchedules: () => within(() => applyStandingSchedules(temporal)),
    wake: (clientId, why) =>
      connection.withDeadline(Date.now() + WAKE_DEADLINE_MS, () => wakeInbox(temporal, clientId, why)).catch(asUnreachable),
    applySchedule: (client) => within(() => applySchedule(temporal, client)),
    writer: (importId, kind) => within(() => lookAtWriter(temporal, importId, kind)),
    decide: (importId, decision) => within(() => decideImport(temporal, importId, decision)),
    async resendReport(run, kind) {
      const handle = await within(() => startResend(temporal, run, kind));
      return connection.withDeadline(Date.now() + RESULT_MS, () => resendResult(handle));
    },
    isRunning: async (importId) => (await within(() => lookAtWriter(temporal, importId, 'import')))?.isRunning === true,
    troubles: (importId) => within(() => findTroubles(temporal, importId)),
    uiUrl: (importId) =>
      options.uiUrl === null
        ? null
        : `${options.uiUrl.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${encodeURIComponent(importWorkflowIdOf(importId))}`,
    close: () => connection.close(),
  };
}

async function applySchedule(temporal: TemporalClient, client: Client): Promise<void> {
  const handle = temporal.schedule.getHandle(scheduleIdOf(client.clientId));
  if (!client.enabled) {
    await handle.delete().catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
    return;
  }
  const wanted = scheduleOf(client);
  try {
    await temporal.schedule.create(wanted);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // A pause and its note are an operator's decision: a deployment must not undo them.
    await handle.update((now) => ({ ...wanted, state: { ...now.state } }));
  }
}

function scheduleOf(client: Client): ScheduleOptions {
  const { schedule } = client.settings;
  return {
    scheduleId: scheduleIdOf(client.clientId),
    spec:
      'every' in schedule
        ? { intervals: [{ every: schedule.every as `${number}m`, offset: offsetOf(client.clientId) }] }
        : { cronExpressions: [schedule.cron], timezone: schedule.timeZone },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '10m', pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'scanFolder',
      workflowId: `scan/${client.clientId}`,
      taskQueue: TASK_QUEUES.imports,
      args: [{ clientId: client.clientId }],
      staticSummary: `look into the folder of ${client.clientId}`,
      typedSearchAttributes: [{ key: ImportClient, value: client.clientId }],
    },
  };
}

/** Spreads the clients over the minute, so that a thousand schedules do not fire in the same second. */
function offsetOf(clientId: ClientId): number {
  let hash = 0;
  for (const letter of clientId) hash = (hash * 31 + letter.charCodeAt(0)) % 60_000;
  return hash;
}

function asUnreachable(error: unknown): never {
  const code =
    (error as { readonly cause?: { readonly code?: number }; readonly code?: number }).cause?.code ??
    (error as { readonly code?: number }).code;
  // gRPC: 4 deadline exceeded, 14 unavailable
  if (code === 4 || code === 14)
    throw new ImportsError('UNREACHABLE', 'Temporal cannot be reached. Check TEMPORAL_ADDRESS, or start everything with: imports up', {
      cause: error,
    });
  throw error;
}
