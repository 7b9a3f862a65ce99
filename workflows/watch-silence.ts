// Every ten minutes: tells administrators of clients that have fallen silent. A mail server that does not answer for one delays no other,
// and is asked again at the next tick.

import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';

const { findSilences } = proxyActivities<Activities>(ACTIVITY_OPTIONS.scan);
const { sendSilenceAlarm } = proxyActivities<Activities>(ACTIVITY_OPTIONS.alarm);

export async function watchSilence(): Promise<{ readonly silent: number }> {
  const { silences } = await findSilences.executeWithOptions({ summary: 'look for clients that send no files' }, []);
  await Promise.all(
    silences.map(async (silence) => {
      try {
        await sendSilenceAlarm.executeWithOptions({ summary: `${silence.clientId} is silent` }, [silence]);
      } catch (error) {
        if (isCancellation(error)) throw error;
        log.warn('silence alarm could not be sent; the next tick tries again', { clientId: silence.clientId });
      }
    }),
  );
  return { silent: silences.length };
}
