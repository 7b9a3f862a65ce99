// The e-mail about an import, about its undo, or about its being held, with a mail server's patience. One that says nothing useful for a day
// must not make a good import look failed: the e-mail is marked instead, and `imports resend-report` sends it.

import { isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ImportId } from '../src/domain/ids';
import type { ReportState } from '../src/domain/import-run';
import { ACTIVITY_OPTIONS } from './activity-options';
import { whyItFailed } from './to-its-end';
import type { ResendReportInput, ResendReportResult } from './messages';

const steps = proxyActivities<Activities>(ACTIVITY_OPTIONS.mail);
const { markReportFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

const SEND = {
  report: (input: { readonly importId: ImportId }) => steps.sendReport.executeWithOptions({ summary: 'send the e-mail' }, [input]),
  undo: (input: { readonly importId: ImportId }) => steps.sendUndoReport.executeWithOptions({ summary: 'tell the administrator' }, [input]),
  hold: ({ importId }: { readonly importId: ImportId }) =>
    steps.sendHoldMail.executeWithOptions({ summary: 'ask the administrator' }, [{ importId, kind: 'hold' as const }]),
};

export async function sendReport(
  input: { readonly importId: ImportId },
  kind: keyof typeof SEND = 'report',
): Promise<{ readonly report: ReportState }> {
  try {
    return await SEND[kind](input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failed = { ...input, kind, why: whyItFailed(error) };
    return await markReportFailed.executeWithOptions({ summary: 'the e-mail could not be sent' }, [failed]);
  }
}

const { prepareResend } = proxyActivities<Activities>(ACTIVITY_OPTIONS.sweep);
const { closeResend } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

/** What Temporal runs for `imports resend-report`: one of these e-mails once more, from what is still there. */
export async function resendReport(input: ResendReportInput): Promise<ResendReportResult> {
  const { isLeft } = await prepareResend.executeWithOptions({ summary: 'look for what it carries' }, [input]);
  if (!isLeft) return { report: 'nothing-left' };
  const { report } = await sendReport({ importId: input.importId }, input.kind);
  // A held import still needs what lies in its working folder.
  if (input.kind !== 'hold') await closeResend.executeWithOptions({ summary: 'remove the working file' }, [input]);
  setCurrentDetails(`E-mail of \`${input.importId}\`: ${report}`);
  return { report };
}
