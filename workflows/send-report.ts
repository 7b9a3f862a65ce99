// What an import tells the outside world, with the other side's patience: the e-mail about it, about its undo or about its being held,
// and its events. A mail server or receiver that says nothing useful for a day must not make a good import look failed: what was not sent
// is marked instead. `imports resend-report` sends the e-mail, and `imports show` says that an event was given up.

import { isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { OfImport } from '../activities/turn/require-turn';
import type { WebhookEnd } from '../activities/webhooks/events';
import type { ReportState } from '../src/domain/import-run';
import type { WebhookDelivery } from '../src/domain/webhook/event';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { ResendReportInput, ResendReportResult } from './messages';
import { whyItFailed } from './to-its-end';

const steps = proxyActivities<Activities>(ACTIVITY_OPTIONS.mail);
const { prepareResend } = proxyActivities<Activities>(ACTIVITY_OPTIONS.sweep);
const { sendWebhook } = proxyActivities<Activities>(ACTIVITY_OPTIONS.webhook);
const { markReportFailed, closeResend, markWebhookFailed } = proxyActivities<Activities>(ACTIVITY_OPTIONS.note);

const SEND = {
  report: (input: OfImport) => steps.sendReport.executeWithOptions({ summary: 'send the e-mail' }, [input]),
  undo: (input: OfImport) => steps.sendUndoReport.executeWithOptions({ summary: 'tell the administrator' }, [input]),
  hold: ({ importId }: OfImport) =>
    steps.sendHoldMail.executeWithOptions({ summary: 'ask the administrator' }, [{ importId, kind: 'hold' as const }]),
};

export async function sendReport(input: OfImport, kind: keyof typeof SEND = 'report'): Promise<{ readonly report: ReportState }> {
  try {
    return await SEND[kind](input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failed = { ...input, kind, why: whyItFailed(error) };
    return await markReportFailed.executeWithOptions({ summary: 'the e-mail could not be sent' }, [failed]);
  }
}

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

/** What Temporal runs for one event and one receiver. The workflow's id contains the event's, so a repeated step starts nothing twice. */
export async function deliverWebhook(delivery: WebhookDelivery): Promise<WebhookEnd> {
  try {
    return await sendWebhook.executeWithOptions({ summary: `tell the ${delivery.receiver} of ${delivery.type}` }, [delivery]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await markWebhookFailed.executeWithOptions({ summary: 'the event could not be sent' }, [
      { ...delivery, why: whyItFailed(error) },
    ]);
  }
}
