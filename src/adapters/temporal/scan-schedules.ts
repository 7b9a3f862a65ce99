// The schedules that look for files: one for each distinct setting, whatever the number of clients that share it. Which there are to be is
// read from the clients each time and never counted, so that two people who change settings at the same moment end with the right ones.

import { ScheduleOverlapPolicy, type Client as TemporalClient, type ScheduleOptions } from '@temporalio/client';
import type { Schedule } from '../../domain/client';
import { scheduleName, type RefusedSchedule } from '../../domain/client/schedule';
import { ImportsError, wrongUse } from '../../errors';
import { SCAN_SCHEDULES, TASK_QUEUES, type ScanFoldersInput } from '../../../workflows/messages';
import { putSchedule, findSchedule, listScans, removeSchedule } from './schedules';

/** Makes missing schedules and removes those that no enabled client has. Those that Temporal refuses hold up no other. */
export async function applyScanSchedules(
  temporal: TemporalClient,
  listSchedules: () => Promise<readonly Schedule[]>,
): Promise<readonly RefusedSchedule[]> {
  const wanted = byName(await listSchedules());
  const refused = await putAll(temporal, wanted);
  const unwanted = (await listScans(temporal)).filter((id) => !wanted.has(id.slice(SCAN_SCHEDULES.length)));
  for (const id of unwanted) await removeSchedule(temporal, id);
  // Somebody may have taken up a setting between our look at the clients and the removal of its schedule.
  return unwanted.length === 0 ? refused : putAll(temporal, byName(await listSchedules()));
}

/** Throws WRONG_USE, with Temporal's reason, when the setting cannot be in force. Otherwise its schedule is there. */
export async function tryScanSchedule(temporal: TemporalClient, schedule: Schedule): Promise<void> {
  const wanted = scanSchedule(schedule);
  const { scheduleId } = wanted;
  try {
    if ((await putSchedule(temporal, wanted)) !== 'made') return;
  } catch (error) {
    // How the client library reports a refusal; anything else says nothing about the setting.
    if (error instanceof TypeError) {
      const why = reasonOf(schedule, error.message);
      throw wrongUse(`${why} (all forms: imports client set --help)`, { cause: error });
    }
    throw error;
  }
  const made = await findSchedule(temporal, scheduleId);
  if (made === undefined || made.info.nextActionTimes.length > 0) return;
  await removeSchedule(temporal, scheduleId);
  throw wrongUse('there is no such day, so it would never look for files. Choose another day');
}

function byName(schedules: readonly Schedule[]): ReadonlyMap<string, Schedule> {
  return new Map(schedules.map((schedule) => [scheduleName(schedule), schedule]));
}

async function putAll(temporal: TemporalClient, wanted: ReadonlyMap<string, Schedule>): Promise<readonly RefusedSchedule[]> {
  const refused: RefusedSchedule[] = [];
  for (const [name, schedule] of wanted) {
    try {
      await tryScanSchedule(temporal, schedule);
    } catch (error) {
      if (!(error instanceof ImportsError) || error.code !== 'WRONG_USE') throw error;
      refused.push({ name, why: error.message });
    }
  }
  return refused;
}

function scanSchedule(schedule: Schedule): ScheduleOptions {
  const name = scheduleName(schedule);
  const input: ScanFoldersInput = { schedule: name };
  const isCron = 'cron' in schedule;
  return {
    scheduleId: `${SCAN_SCHEDULES}${name}`,
    spec: isCron
      ? { cronExpressions: [schedule.cron], timezone: schedule.timeZone }
      : { intervals: [{ every: schedule.every as `${number}m` }] },
    policies: {
      // One scan makes up for all that were missed.
      overlap: ScheduleOverlapPolicy.SKIP,
      // The next tick of an interval is near; that of a cron line may be a day away.
      catchupWindow: isCron ? '12h' : '10m',
      pauseOnFailure: false,
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'scanFolders',
      workflowId: `${SCAN_SCHEDULES}${name}`,
      taskQueue: TASK_QUEUES.imports,
      args: [input],
      staticSummary: `look for files of the clients with schedule ${name}`,
    },
  };
}

/** Temporal minds the case of a zone and knows fewer names than others do. */
function reasonOf(schedule: Schedule, told: string): string {
  if (!('cron' in schedule) || !told.startsWith('unknown time zone')) return `Temporal refuses it: ${told}`;
  const other = canonicalName(schedule.timeZone) ?? 'a name such as America/Toronto';
  return `Temporal does not know the time zone ${schedule.timeZone}. Write ${other}`;
}

/** Undefined when it has no other name. */
function canonicalName(timeZone: string): string | undefined {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
    return known === timeZone ? undefined : known;
  } catch {
    return undefined;
  }
}
