// The e-mail about an import, with a mail server's patience. One that says nothing useful for a day must not make a good import look
// failed: the report is marked instead, and `imports resend-report` sends it.

import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ImportId } from '../src/domain/ids';
import type { ReportState } from '../src/domain/import-run';
import { ACTIVITY_OPTIONS } from './activity-options';

const steps = proxyActivities<Activities>(ACTIVITY_OPTIONS.mail);
const { markReportFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

export async function sendReport(input: { readonly importId: ImportId }): Promise<{ readonly report: ReportState }> {
  try {
    return await steps.sendReport.executeWithOptions({ summary: 'send the e-mail' }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await markReportFailed.executeWithOptions({ summary: 'the e-mail could not be sent' }, [input]);
  }
}
