// `imports resend-report`: the e-mail of an ended import once more, to the address that the client's settings name now.

import type { Command } from 'commander';
import type { ImportRun } from '../domain/import-run';
import { ImportsError } from '../errors';
import { defineCommand, type Session } from './define-command';
import { requireClient } from './require-client';
import { requireImport } from './require-import';

export function addResendReportCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'resend-report <id>',
    summary: 'send the e-mail of an import again',
    details: 'For one that could not be delivered: correct the address first. It goes to the address that the settings name now.',
    examples: ['imports client set acme failedImportEmail=it@acme.example', 'imports resend-report acme-42'],
  }).action(async (id: string) => {
    const services = await deps.open();
    const run = await requireImport(services, id);
    refuseUnlessReported(run);
    const { settings } = await requireClient(services, run.clientId);
    const { importId } = run;
    const report = await services.control.resendReport(run);
    if (report === 'nothing-left') {
      throw new ImportsError(
        'NOT_NOW',
        `The failed records of ${importId} are no longer kept, neither here nor in the client's .bak, so there is nothing to send.\nDrop the file into the client's folder again to get them anew`,
      );
    }
    if (report === 'failed') {
      throw new ImportsError(
        'NOT_NOW',
        `The mail server refused the e-mail of ${importId} to ${settings.failedImportEmail} for good. Correct the address, then send it again:\nimports client set ${run.clientId} failedImportEmail=…\nimports resend-report ${importId}`,
      );
    }
    await print.show({ importId, report: report === 'sent' ? 'sent' : 'pending' }, () =>
      report === 'sent'
        ? `E-mail of ${importId} sent to ${settings.failedImportEmail}.`
        : `The e-mail of ${importId} is on its way; the mail server has not taken it yet, which is tried for a day.\nSee what came of it with: imports show ${importId}`,
    );
  });
}

function refuseUnlessReported({ importId, state, report }: ImportRun): void {
  if (state !== 'finished' && state !== 'undone') {
    const next = state === 'failed' || state === 'cancelled' ? `imports retry ${importId} --reason "…"` : `imports watch ${importId}`;
    throw new ImportsError('NOT_NOW', `Import ${importId} has not ended, and sends its e-mail when it does. Go on with: ${next}`);
  }
  if (report === 'none') {
    throw new ImportsError(
      'NOT_NOW',
      `Import ${importId} had nothing to report, so there is no e-mail. See it with: imports show ${importId}`,
    );
  }
}
