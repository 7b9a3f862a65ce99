// `imports resend-report`: the e-mail of an ended import once more, the one about its undo, or the one that asks for approval of a held one,
// to the address that the client's settings name now.

import type { Command } from 'commander';
import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { RESENT_MAILS, type ResentKind } from '../../domain/report/compose-mail';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import type { Services } from '../deps';
import { requireClient } from '../clients/require-client';
import { requireImport } from './require-import';

export function addResendReportCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'resend-report <id>',
    summary: 'send the e-mail of an import again',
    details:
      'If it could not be delivered, correct the address first. It goes to the address in the present settings. Of an import that waits for approval, the e-mail that asks for it.',
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
      const kind = options.undo ? 'undo' : run.state === 'held' ? 'hold' : 'report';
      await REFUSE[kind](services, run);
      const { settings } = await requireClient(services, run.clientId);
      const { importId } = run;
      const { called, to } = RESENT_MAILS[kind];
      await record(deps, services, { action: 'resend-report', clientId: run.clientId, subject: importId, is: { kind, to: settings[to] } });
      const report = await services.control.resendReport(run, kind);
      if (report === 'nothing-left' || report === 'none') throw notNow(nothingLeft(run, kind));
      if (report === 'failed') {
        throw notNow(
          `The ${called} ${importId} to ${settings[to]} could not be sent: ${(await services.outbox.whyFailed(importId, kind)) ?? 'the mail server refused it for good.'}\nOnce the address is right, send it again:\nimports client set ${run.clientId} ${to}=…\nimports resend-report ${importId}${kind === 'undo' ? ' --undo' : ''}`,
        );
      }
      await print.show({ importId, report: report === 'sent' ? 'sent' : 'pending' }, () =>
        report === 'sent'
          ? `${called[0]!.toUpperCase()}${called.slice(1)} ${importId} sent to ${settings[to]}.`
          : `The ${called} ${importId} is on its way; the mail server has not accepted it yet, and sending is retried for a day.\nSee whether it went with: imports show ${importId}`,
      );
    });
}

function nothingLeft({ importId }: ImportRun, kind: ResentKind): string {
  if (kind === 'hold') return `Import ${importId} no longer waits for approval, so nobody has to be asked. See: imports show ${importId}`;
  return kind === 'undo'
    ? `The list of users that the undo of ${importId} left alone has expired, so there is nothing to send.\nThe numbers are still shown by: imports undo ${importId}`
    : `The failed records of ${importId} have expired, here and in the client's folder, so there is nothing to send.\nTo get them again, have the file uploaded again`;
}

async function refuseUnlessUndone({ undos, control }: Services, { importId, state }: ImportRun): Promise<void> {
  const undo = await undos.find(importId);
  if (undo === undefined) {
    throw notNow(`Nobody has undone import ${importId}, so there is no e-mail about it. See it with: imports show ${importId}`);
  }
  if (undo.report === 'pending') await refuseIfBeingSent(control, importId, 'undo');
  if (state !== 'undone') {
    throw notNow(
      `The undo of ${importId} has not ended, and sends its e-mail when it does. Follow it with: imports undo ${importId} --reason "…"`,
    );
  }
}

async function refuseIfBeingSent(control: Services['control'], importId: ImportId, kind: 'undo' | 'hold'): Promise<void> {
  const { called, step } = RESENT_MAILS[kind];
  if (!(await control.isPending(importId, step))) return;
  throw notNow(
    `The ${called} ${importId} is being sent already; that is tried for a day.\nSee whether it went with: imports show ${importId}`,
  );
}

async function refuseUnlessReported(_: Services, { importId, state, report, counts }: ImportRun): Promise<void> {
  if (state !== 'finished' && state !== 'undone') {
    const next = state === 'failed' || state === 'cancelled' ? `imports retry ${importId} --reason "…"` : `imports watch ${importId}`;
    throw notNow(`Import ${importId} has not ended, and sends its e-mail when it does. Go on with: ${next}`);
  }
  if (report === 'none') {
    const why = state === 'undone' && counts.rejected > 0 ? 'was undone before it could report' : 'had nothing to report';
    throw notNow(`Import ${importId} ${why}, so there is no e-mail. See it with: imports show ${importId}`);
  }
}

const REFUSE: Readonly<Record<ResentKind, (services: Services, run: ImportRun) => Promise<void>>> = {
  report: refuseUnlessReported,
  undo: refuseUnlessUndone,
  hold: ({ control }, { importId }) => refuseIfBeingSent(control, importId, 'hold'),
};
