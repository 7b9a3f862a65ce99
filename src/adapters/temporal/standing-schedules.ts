// The schedules that belong to no client: housekeeping at night, the watch for silent clients, and the pass that wakes waiting clients. Put
// in place when a worker starts.

import { ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { STANDING_SCHEDULES, TASK_QUEUES } from '../../../workflows/messages';
import { putSchedule } from './schedules';

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
