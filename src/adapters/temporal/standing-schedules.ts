// The schedules that belong to no client: housekeeping at night, the watch for silent clients, and the pass that wakes waiting clients. Put
// in place when a worker starts.

import { ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { STANDING_SCHEDULES, TASK_QUEUES } from '../../../workflows/messages';
import { putSchedule } from './schedules';

const [HOUSEKEEPING, SILENCE, STANDING_PASS] = STANDING_SCHEDULES;

const SCHEDULES: readonly ScheduleOptions[] = [
  {
    scheduleId: HOUSEKEEPING,
    spec: { cronExpressions: ['17 3 * * *'], timezone: 'UTC' },
    // A server that was down at night makes up for it.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12h', pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'keepHouse',
      workflowId: 'housekeeping',
      taskQueue: TASK_QUEUES.imports,
      args: [],
      staticSummary: 'remove what was kept long enough',
    },
  },
  {
    scheduleId: SILENCE,
    spec: { intervals: [{ every: '10m', offset: '1m' }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10m', pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'watchSilence',
      workflowId: 'silence',
      taskQueue: TASK_QUEUES.imports,
      args: [],
      staticSummary: 'tell of clients that send no files',
    },
  },
  {
    scheduleId: STANDING_PASS,
    spec: { intervals: [{ every: '10m', offset: '3m' }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10m', pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'wakeWaiting',
      workflowId: 'standing-pass',
      taskQueue: TASK_QUEUES.imports,
      args: [],
      staticSummary: 'wake who waits; find who was stopped',
    },
  },
];

export async function applyStandingSchedules(temporal: Client): Promise<void> {
  for (const wanted of SCHEDULES) await putSchedule(temporal, wanted);
}
