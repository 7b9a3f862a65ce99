// Every ten minutes: tells administrators of clients that have fallen silent.

import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';

const { tellSilences } = proxyActivities<Activities>(ACTIVITY_OPTIONS.alarm);

export async function watchSilence(): Promise<{ readonly alarms: number; readonly failed: number }> {
  return tellSilences.executeWithOptions({ summary: 'tell of clients that send no files' }, []);
}
