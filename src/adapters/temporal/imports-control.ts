// What the front door, the command line and the steps ask of Temporal: waking inboxes, schedules, decisions, e-mails sent again. Every call
// has a deadline, because without one a server that is down leaves it pending for ever.

import { Client as TemporalClient, Connection } from '@temporalio/client';
import { workflowLink } from '../../config/ui-links';
import { ImportsError } from '../../errors';
import type { ImportsControl, Inboxes } from '../../ports';
import { importWorkflowIdOf } from '../../../workflows/messages';
import { decideImport } from './decide-import';
import { connectionOptions, type TemporalTarget } from './connection-options';
import { applyScanSchedules, tryScanSchedule } from './scan-schedules';
import { seeScans, type SeenSchedule } from './see-schedules';
import { applyStandingSchedules } from './standing-schedules';
import { resendResult, startResend } from './start-resend';
import { findTroubles } from './find-troubles';
import { wakeInbox } from './wake-inbox';
import { lookAtWriter } from './look-at-writer';

const DEADLINE_MS = 10_000;
/** After a collision with an inbox that is just ending, the server makes the client wait for 5 to 11 seconds. */
const WAKE_DEADLINE_MS = 30_000;
/** A new one takes a tenth of a second, and hundreds may be missing after Temporal was set up anew. */
const SCHEDULES_DEADLINE_MS = 60_000;
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
  seeScans(): Promise<ReadonlyMap<string, SeenSchedule>>;
  close(): Promise<void>;
}

export function connectImportsControl(options: ControlOptions): ConnectedControl {
  const { connection: target, namespace } = connectionOptions(options);
  const connection = Connection.lazy(target);
  const temporal = new TemporalClient({ connection, namespace });
  const within = <T>(call: () => Promise<T>, ms = DEADLINE_MS) => connection.withDeadline(Date.now() + ms, call).catch(asUnreachable);

  return {
    temporal,
    applyStandingSchedules: () => within(() => applyStandingSchedules(temporal)),
    seeScans: () => within(() => seeScans(temporal)),
    wake: (clientId, why) => within(() => wakeInbox(temporal, clientId, why), WAKE_DEADLINE_MS),
    trySchedule: (schedule) => within(() => tryScanSchedule(temporal, schedule)),
    applySchedules: (clients) => within(() => applyScanSchedules(temporal, () => clients.list()), SCHEDULES_DEADLINE_MS),
    writer: (importId, kind) => within(() => lookAtWriter(temporal, importId, kind)),
    decide: (importId, decision) => within(() => decideImport(temporal, importId, decision)),
    async resendReport(run, kind) {
      const handle = await within(() => startResend(temporal, run, kind));
      return connection.withDeadline(Date.now() + RESULT_MS, () => resendResult(handle));
    },
    isRunning: async (importId) => (await within(() => lookAtWriter(temporal, importId, 'import')))?.isRunning === true,
    troubles: (importId) => within(() => findTroubles(temporal, importId)),
    uiUrl: (importId) => (options.uiUrl === null ? null : workflowLink({ uiUrl: options.uiUrl, namespace }, importWorkflowIdOf(importId))),
    close: () => connection.close(),
  };
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
