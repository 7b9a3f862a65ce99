// What the front door, the command line and the steps ask of Temporal: waking inboxes, schedules, decisions, e-mails sent again. Every call
// has a deadline, because without one a server that is down leaves it pending for ever.

import { Client as TemporalClient, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { workflowLink } from '../../config/temporal';
import type { ImportId } from '../../domain/ids';
import { unreachable } from '../../errors';
import type { ImportsControl, Inboxes, Webhooks } from '../../ports';
import { importWorkflowIdOf } from '../../../workflows/messages';
import { decideImport, grpcCodeOf, wakeInbox, resendResult, startResend, startWebhook } from './call-workflows';
import { connectionOptions, type TemporalTarget } from './connection-options';
import { applyScanSchedules, tryScanSchedule } from './scan-schedules';
import { seeScans, type SeenSchedule, applyStandingSchedules } from './schedules';
import { findTroubles, isDelivering, isSending, isStepPending, recordsAtWork, lookAtWriter } from './look-at-workflows';

/** After a collision, of two who start or make the same, the server makes the client wait for 5 to 11 seconds. */
const DEADLINE_MS = 30_000;
/** A new one takes a tenth of a second, and hundreds may be missing after Temporal was set up again. */
const SCHEDULES_DEADLINE_MS = 60_000;
/** What a mail server that is well needs many times over. */
const RESULT_MS = 20_000;
/** For a server that has just left a call without an answer to say that it is there. */
const ALIVE_MS = 5_000;

interface ControlOptions extends TemporalTarget {
  /** Where people look at workflows; null when no UI is known. */
  readonly uiUrl: string | null;
}

interface ConnectedControl extends ImportsControl, Inboxes, Webhooks {
  readonly temporal: TemporalClient;
  /** Those that belong to no client. Throws UNREACHABLE. */
  applyStandingSchedules(): Promise<void>;
  seeScans(): Promise<ReadonlyMap<string, SeenSchedule>>;
  close(): Promise<void>;
}

export function connectImportsControl(options: ControlOptions): ConnectedControl {
  const { connection: target, namespace, dataConverter } = connectionOptions(options);
  const connection = Connection.lazy(target);
  const temporal = new TemporalClient({ connection, namespace, dataConverter });
  const within = <T>(call: () => Promise<T>, ms = DEADLINE_MS) => connection.withDeadline(Date.now() + ms, call).catch(asUnreachable);
  // Asked about a workflow, the server needs its database, too; whether a worker runs does not matter.
  const isUp = (importId: ImportId) =>
    connection
      .withDeadline(Date.now() + ALIVE_MS, () => temporal.workflow.getHandle(importWorkflowIdOf(importId)).describe())
      .then(
        () => true,
        (error: unknown) => error instanceof WorkflowNotFoundError,
      );

  return {
    temporal,
    applyStandingSchedules: () => within(() => applyStandingSchedules(temporal)),
    seeScans: () => within(() => seeScans(temporal)),
    wake: (clientId) => within(() => wakeInbox(temporal, clientId)),
    trySchedule: (schedule) => within(() => tryScanSchedule(temporal, schedule), SCHEDULES_DEADLINE_MS),
    applySchedules: (clients) => within(() => applyScanSchedules(temporal, () => clients.schedules()), SCHEDULES_DEADLINE_MS),
    writer: (importId, kind) => within(() => lookAtWriter(temporal, importId, kind)),
    isSending: (importId, mail) => within(() => isSending(temporal, importId, mail)),
    isDelivering: (importId, kind) => within(() => isDelivering(temporal, importId, kind)),
    startDelivery: (delivery) => within(() => startWebhook(temporal, delivery)),
    decide: (importId, decision) => within(() => decideImport(temporal, importId, decision, () => isUp(importId))),
    async resendReport(run, kind) {
      const handle = await within(() => startResend(temporal, run, kind));
      return connection.withDeadline(Date.now() + RESULT_MS, () => resendResult(handle));
    },
    isRunning: async (importId) => (await within(() => lookAtWriter(temporal, importId, 'import')))?.isRunning === true,
    troubles: (importId) => within(() => findTroubles(temporal, importId)),
    isPending: (importId, step) => within(() => isStepPending(temporal, importId, step)),
    recordsAtWork: (importId) => within(() => recordsAtWork(temporal, importId)),
    uiUrl: (importId) => (options.uiUrl === null ? null : workflowLink({ uiUrl: options.uiUrl, namespace }, importWorkflowIdOf(importId))),
    close: () => connection.close(),
  };
}

function asUnreachable(error: unknown): never {
  const code = grpcCodeOf(error);
  // gRPC: 4 deadline exceeded, 14 unavailable
  if (code === 4 || code === 14)
    throw unreachable('Temporal cannot be reached. Check TEMPORAL_ADDRESS, or start everything with: imports up', { cause: error });
  throw error;
}
