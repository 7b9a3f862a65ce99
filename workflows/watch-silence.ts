// Every ten minutes: tells administrators about silent clients, and both addresses about a change of the address for failed records.

import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';

const { tellSilences, tellAddressChanges } = proxyActivities<Activities>(ACTIVITY_OPTIONS.alarm);

export async function watchSilence(): Promise<{ readonly alarms: number; readonly failed: number }> {
  const silences = await tellSilences.executeWithOptions({ summary: 'tell of clients that send no files' }, []);
  await tellAddressChanges.executeWithOptions({ summary: 'tell of changed addresses for failed records' }, []);
  return silences;
}
