// Schedules as they should be, and as they are. Temporal's list of them is seconds behind, so each is looked up by name.
// Those that belong to no client (housekeeping, the watch for silent clients, the standing pass) are put in place when a worker starts.

import { createHash } from 'node:crypto';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { EncryptingCodec } from './payload-codec';
import { SCAN_SCHEDULES, STANDING_SCHEDULES, TASK_QUEUES } from '../../../workflows/messages';

/** Made where it is missing, changed only where it differs. A pause and its note are an operator's decision: they stay. */
export async function putSchedule(temporal: Client, wanted: ScheduleOptions): Promise<'made' | 'changed' | 'as-it-was'> {
  const definition = definitionOf(wanted, keyIdOf(temporal));
  const marked = { ...wanted, action: { ...wanted.action, memo: { definition } } };
  const known = await findSchedule(temporal, wanted.scheduleId);
  if (known === undefined) {
    try {
      await temporal.schedule.create(marked);
      return 'made';
    } catch (error) {
      // Another worker was faster.
      if (error instanceof ScheduleAlreadyRunning) return 'as-it-was';
      throw error;
    }
  }
  if (known.action.memo?.['definition'] === definition) return 'as-it-was';
  await temporal.schedule.getHandle(wanted.scheduleId).update(({ state }) => ({ ...marked, state: { ...state } }));
  return 'changed';
}

export async function findSchedule(temporal: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  return temporal.schedule.getHandle(scheduleId).describe().catch(unlessMissing);
}

export async function removeSchedule(temporal: Client, scheduleId: string): Promise<void> {
  await temporal.schedule.getHandle(scheduleId).delete().catch(unlessMissing);
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

/** A schedule is written again when the key changes: its arguments are read for as long as it lives. */
function keyIdOf({ options }: Client): string | null {
  const codec = options.loadedDataConverter.payloadCodecs.find((one) => one instanceof EncryptingCodec);
  return codec === undefined ? null : codec.keyId;
}

/** Temporal returns a schedule in a different form, so it cannot be compared with the one that was sent. */
function definitionOf({ spec, policies, action }: ScheduleOptions, keyId: string | null): string {
  return createHash('sha256').update(JSON.stringify({ spec, policies, action, keyId })).digest('hex').slice(0, 16);
}

export interface SeenSchedule {
  readonly paused: boolean;
  readonly note: string | undefined;
  readonly last: Date | undefined;
  /** Undefined when it never fires. */
  readonly next: Date | undefined;
  /** Ticks that nobody made up for, because Temporal was away for longer than the catch-up window. */
  readonly missed: number;
}

/** Those that are missing are left out. */
export async function seeSchedules(temporal: Client, ids: readonly string[]): Promise<ReadonlyMap<string, SeenSchedule>> {
  const seen = await Promise.all(ids.map(async (id) => [id, await seeSchedule(temporal, id)] as const));
  return new Map(seen.flatMap(([id, schedule]) => (schedule === undefined ? [] : [[id, schedule] as const])));
}

/** The ids of those that look for files. */
export async function listScans(temporal: Client): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of temporal.schedule.list()) if (scheduleId.startsWith(SCAN_SCHEDULES)) ids.push(scheduleId);
  return ids;
}

/** Those that look for files, by the name of their setting. */
export async function seeScans(temporal: Client): Promise<ReadonlyMap<string, SeenSchedule>> {
  const seen = await seeSchedules(temporal, await listScans(temporal));
  return new Map([...seen].map(([id, schedule]) => [id.slice(SCAN_SCHEDULES.length), schedule]));
}

async function seeSchedule(temporal: Client, id: string): Promise<SeenSchedule | undefined> {
  const found = await findSchedule(temporal, id);
  if (found === undefined) return undefined;
  const { state, info } = found;
  return {
    paused: state.paused,
    note: state.note,
    last: info.recentActions.at(-1)?.takenAt,
    next: info.nextActionTimes[0],
    missed: info.numActionsMissedCatchupWindow,
  };
}

const [HOUSEKEEPING, SILENCE, STANDING_PASS] = STANDING_SCHEDULES;

const EVERY = '10m';

const SCHEDULES: readonly ScheduleOptions[] = [
  // A server that was down at night makes up for it.
  standing(HOUSEKEEPING, { cronExpressions: ['17 3 * * *'], timezone: 'UTC' }, '12h', 'keepHouse', 'remove what was kept long enough'),
  standing(SILENCE, { intervals: [{ every: EVERY, offset: '1m' }] }, EVERY, 'watchSilence', 'tell of clients that send no files'),
  standing(STANDING_PASS, { intervals: [{ every: EVERY, offset: '3m' }] }, EVERY, 'wakeWaiting', 'wake who waits; find who was stopped'),
];

function standing(
  scheduleId: string,
  spec: ScheduleOptions['spec'],
  catchupWindow: '10m' | '12h',
  workflowType: string,
  staticSummary: string,
): ScheduleOptions {
  return {
    scheduleId,
    spec,
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow, pauseOnFailure: false },
    action: { type: 'startWorkflow', workflowType, workflowId: scheduleId, taskQueue: TASK_QUEUES.imports, args: [], staticSummary },
  };
}

export async function applyStandingSchedules(temporal: Client): Promise<void> {
  for (const wanted of SCHEDULES) await putSchedule(temporal, wanted);
}
