// The e-mail about an import, about its undo, or about its being held, with a mail server's patience. One that says nothing useful for a day
// must not make a good import look failed: the e-mail is marked instead, and `imports resend-report` sends it.

import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ImportId } from '../src/domain/ids';
import type { ReportState } from '../src/domain/import-run';
import { ACTIVITY_OPTIONS } from './activity-options';
import { whyItFailed } from './to-its-end';

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
