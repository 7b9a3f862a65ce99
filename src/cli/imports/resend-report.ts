// `imports resend-report`: the e-mail of an ended import once more, or the one about its undo, to the address that the client's settings
// name now.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import type { Services } from '../deps';
import { requireClient } from '../clients/require-client';
import { requireImport } from './require-import';

/** What the two e-mails are called, and the setting that says who gets them. */
const MAILS = {
  report: { called: 'e-mail of', option: '', to: 'failedImportEmail' },
  undo: { called: 'e-mail about the undo of', option: ' --undo', to: 'replyToAdminEmail' },
} as const;

export function addResendReportCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'resend-report <id>',
    summary: 'send the e-mail of an import again',
    details: 'For one that could not be delivered: correct the address first. It goes to the address that the settings name now.',
    examples: [
      'imports client set acme failedImportEmail=it@acme.example',
      'imports resend-report acme-42',
      'imports resend-report acme-42 --undo',
    ],
  })
    .option('--undo', 'the e-mail to the administrator about the undo of the import')
    .action(async (id: string, options: { readonly undo?: true }) => {
      const services = await deps.open();
      const run = await requireImport(services, id);
      const kind = options.undo ? 'undo' : 'report';
      await (kind === 'undo' ? refuseUnlessUndone(services, run) : refuseUnlessReported(run));
      const { settings } = await requireClient(services, run.clientId);
      const { importId } = run;
      const { called, option, to } = MAILS[kind];
      await record(deps, services, { action: 'resend-report', clientId: run.clientId, subject: importId, is: { kind, to: settings[to] } });
      const report = await services.control.resendReport(run, kind);
      if (report === 'nothing-left') throw new ImportsError('NOT_NOW', nothingLeft(run, kind));
      if (report === 'failed') {
        throw new ImportsError(
          'NOT_NOW',
          `The ${called} ${importId} to ${settings[to]} could not be sent: ${(await services.outbox.whyFailed(importId, kind)) ?? 'the mail server refused it for good.'}\nOnce the address is right, send it again:\nimports client set ${run.clientId} ${to}=…\nimports resend-report ${importId}${option}`,
        );
      }
      await print.show({ importId, report: report === 'sent' ? 'sent' : 'pending' }, () =>
        report === 'sent'
          ? `${called[0]!.toUpperCase()}${called.slice(1)} ${importId} sent to ${settings[to]}.`
          : `The ${called} ${importId} is on its way; the mail server has not taken it yet, which is tried for a day.\nSee what came of it with: imports show ${importId}`,
      );
    });
}

function nothingLeft({ importId }: ImportRun, kind: 'report' | 'undo'): string {
  return kind === 'undo'
    ? `Whom the undo of ${importId} left as they are is no longer kept, so there is nothing to send.\nThe numbers are still told by: imports undo ${importId}`
    : `The failed records of ${importId} are no longer kept, neither here nor in the client's folder, so there is nothing to send.\nDrop the file into the client's folder again to get them anew`;
}

async function refuseUnlessUndone({ undos, control }: Services, { importId, state }: ImportRun): Promise<void> {
  const undo = await undos.find(importId);
  if (undo === undefined) {
    throw new ImportsError(
      'NOT_NOW',
      `Nobody has undone import ${importId}, so there is no e-mail about it. See it with: imports show ${importId}`,
    );
  }
  const isTriedAgain = undo.report === 'pending' && (await control.troubles(importId)).some(({ step }) => step === 'sendUndoReport');
  if (isTriedAgain) {
    throw new ImportsError(
      'NOT_NOW',
      `The e-mail about the undo of ${importId} is being sent already; that is tried for a day.\nSee why it waits with: imports show ${importId}`,
    );
  }
  if (state !== 'undone') {
    throw new ImportsError(
      'NOT_NOW',
      `The undo of ${importId} has not ended, and sends its e-mail when it does. Follow it with: imports undo ${importId} --reason "…"`,
    );
  }
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
