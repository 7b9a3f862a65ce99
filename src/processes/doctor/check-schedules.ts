// Schedules: each enabled client has one, housekeeping and the silence watch have theirs, and each has run when it should. The list that
// Temporal keeps is seconds behind, so what looks wrong in it is asked for by name before it is told.

import type { Client as TemporalClient } from '@temporalio/client';
import type { Client } from '../../domain/client';
import { scheduleIdOf, STANDING_SCHEDULES } from '../../../workflows/messages';
import { ill, named, well, type Finding } from './finding';

/** A schedule that fires is late by seconds at most; a server that was just started catches up within this. */
const OVERDUE_MS = 2 * 60_000;
const MOST_ASKED_BY_NAME = 50;

export interface ScheduleState {
  readonly paused: boolean;
  readonly note: string | undefined;
  readonly next: Date | undefined;
}
type Verdict = 'well' | 'missing' | 'paused' | 'overdue';

export function judgeSchedule(schedule: ScheduleState | undefined, now: Date): Verdict {
  if (schedule === undefined) return 'missing';
  if (schedule.paused) return 'paused';
  return schedule.next === undefined || now.getTime() - schedule.next.getTime() > OVERDUE_MS ? 'overdue' : 'well';
}

export async function checkSchedules(temporal: TemporalClient, clients: readonly Client[]): Promise<Finding> {
  const wanted = [...clients.map(({ clientId }) => scheduleIdOf(clientId)), ...STANDING_SCHEDULES];
  const known = new Map<string, ScheduleState>();
  for await (const { scheduleId, state, info } of temporal.schedule.list()) {
    known.set(scheduleId, { paused: state.paused, note: state.note, next: info.nextActionTimes[0] });
  }
  const found: Record<Verdict, string[]> = { well: [], missing: [], paused: [], overdue: [] };
  let asked = 0;
  for (const id of wanted) {
    const listed = judgeSchedule(known.get(id), new Date());
    if (listed === 'well' || listed === 'paused' || asked++ >= MOST_ASKED_BY_NAME) found[listed].push(id);
    else found[judgeSchedule(await describe(temporal, id), new Date())].push(id);
  }
  return tell(found, known);
}

function tell({ well: good, missing, paused, overdue }: Record<Verdict, string[]>, known: ReadonlyMap<string, ScheduleState>): Finding {
  const pauses = named(paused.map((id) => `${id} (${known.get(id)?.note || 'no note'})`));
  const too = paused.length === 0 ? '' : `; paused: ${pauses}`;
  if (missing.length > 0) return ill(`missing: ${named(missing)}${too}`, makeAgain(missing[0] ?? ''));
  if (overdue.length > 0) {
    return ill(
      `overdue: ${named(overdue)}${too}`,
      'See it under Schedules in the Temporal UI; a restart of the Temporal server sets it going again',
    );
  }
  return well(`${good.length} in force${too}`);
}

function makeAgain(id: string): string {
  const client = id.startsWith('client/') ? id.slice('client/'.length) : undefined;
  return client === undefined ? 'Start a worker: it makes them' : `Make it with: imports client enable ${client}`;
}

async function describe(temporal: TemporalClient, id: string): Promise<ScheduleState | undefined> {
  try {
    const { state, info } = await temporal.schedule.getHandle(id).describe();
    return { paused: state.paused, note: state.note, next: info.nextActionTimes[0] };
  } catch (error) {
    if (error instanceof Error && error.name === 'ScheduleNotFoundError') return undefined;
    throw error;
  }
}
