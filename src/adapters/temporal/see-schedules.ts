// Schedules as they are in Temporal right now: its list is seconds behind, so each is looked up by name.

import type { Client } from '@temporalio/client';
import { SCAN_SCHEDULES } from '../../../workflows/messages';
import { findSchedule } from './put-schedule';

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

/** Those that look for files, by the name of their setting. */
export async function seeScans(temporal: Client): Promise<ReadonlyMap<string, SeenSchedule>> {
  const ids: string[] = [];
  for await (const { scheduleId } of temporal.schedule.list()) if (scheduleId.startsWith(SCAN_SCHEDULES)) ids.push(scheduleId);
  const seen = await seeSchedules(temporal, ids);
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
