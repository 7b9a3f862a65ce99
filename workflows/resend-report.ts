// What Temporal runs for `imports resend-report`: the e-mail of an ended import, the one about its undo, or the one that asks for approval,
// once more, from what is still there.

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { ResendReportInput, ResendReportResult } from './messages';
import { sendReport } from './send-report';

const { prepareResend } = proxyActivities<Activities>(ACTIVITY_OPTIONS.sweep);
const { closeResend } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

export async function resendReport(input: ResendReportInput): Promise<ResendReportResult> {
  const { isLeft } = await prepareResend.executeWithOptions({ summary: 'look for what it carries' }, [input]);
  if (!isLeft) return { report: 'nothing-left' };
  const { report } = await sendReport({ importId: input.importId }, input.kind);
  // A held import still needs what lies in its working folder.
  if (input.kind !== 'hold') await closeResend.executeWithOptions({ summary: 'remove the working file' }, [input]);
  setCurrentDetails(`E-mail of \`${input.importId}\`: ${report}`);
  return { report };
}
