// Every ten minutes: tells administrators of clients that have fallen silent, and whom it concerns where failed records now go.

import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';

const { tellSilences, tellAddressChanges } = proxyActivities<Activities>(ACTIVITY_OPTIONS.alarm);

export async function watchSilence(): Promise<{ readonly alarms: number; readonly failed: number }> {
  const silences = await tellSilences.executeWithOptions({ summary: 'tell of clients that send no files' }, []);
  await tellAddressChanges.executeWithOptions({ summary: 'tell of changed addresses for failed records' }, []);
  return silences;
}
