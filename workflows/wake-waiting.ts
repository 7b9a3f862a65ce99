// Every ten minutes: wakes the inboxes of clients that have something to do, and finds imports whose workflow was ended from outside. What
// a lost wake or a terminated workflow costs anybody is the time to the next pass.

import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { StandingPass } from '../activities/turn/wake-waiting';
import { ACTIVITY_OPTIONS } from './activity-options';

const steps = proxyActivities<Activities>(ACTIVITY_OPTIONS.pass);

export function wakeWaiting(): Promise<StandingPass> {
  return steps.wakeWaiting.executeWithOptions({ summary: 'wake who waits; find who was stopped' }, []);
}
