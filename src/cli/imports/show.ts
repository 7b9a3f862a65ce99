// `imports show`: everything about one import.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import type { Undo } from '../../domain/undo/undo';
import { partsOfWebhookKind } from '../../domain/webhook/event';
import { wrongUse } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { describeImport, type MailFailures } from '../show/describe-import';
import { hasStopped, requireImport } from './require-import';
import { importItem } from './import-item';
import { showPlan } from './show-plan';

interface ShowOptions {
  readonly plan?: true;
  readonly csv?: true;
}

export function addShowCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'show <id>',
    summary: 'state, outcome, numbers and reasons of one import',
    details:
      'Says what to type next, and links to the Temporal UI. With --plan, for an import that waits for approval: who would be archived, which permits they hold, and whose e-mail or user name would change.',
    examples: ['imports show acme-42', 'imports show acme-42 --plan', 'imports show acme-42 --plan --csv > plan.csv'],
  })
    .option('--plan', 'which users a held import would change, and how')
    .option('--csv', 'with --plan: all of it, as a CSV file')
    .action(async (id: string, { plan, csv }: ShowOptions) => {
      if (csv && !plan) throw wrongUse('--csv goes with --plan: imports show ID --plan --csv');
      if (csv && print.json) throw wrongUse('Give one of --csv and --json, not both');
      const services = await deps.open();
      const { control, undos } = services;
      const found = await requireImport(services, id);
      if (plan) return showPlan({ deps, print }, found, { csv });
      // Without Temporal the database still tells most.
      const seen = await hasStopped(services, found).catch(() => undefined);
      const stopped = seen === true;
      // Read again: the inbox may have noted meanwhile that it had stopped.
      const run = stopped ? found : await requireImport(services, id);
      const undone = await undos.find(run.importId);
      const settingsNow = (await services.clients.find(run.clientId))?.settings;
      const mailFailures = await findMailFailures(services, run, undone);
      const webhooks = (await services.outbox.webhooksNotTaken(run.importId)).map(({ kind, ...rest }) => ({
        ...partsOfWebhookKind(kind),
        ...rest,
      }));
      // A server that does not answer is waited for once.
      const troubles = !mayBeStuck(run, undone) ? [] : seen === undefined ? null : await control.troubles(run.importId).catch(() => null);
      const more = {
        ...(run.settings === undefined ? {} : { settings: run.settings }),
        ...(run.refusedBy === undefined ? {} : { refusedBy: run.refusedBy }),
        ...(troubles === null || troubles.length === 0 ? {} : { troubles }),
        ...(Object.keys(mailFailures).length === 0 ? {} : { mailFailures }),
        ...(webhooks.length === 0 ? {} : { webhooks }),
      };
      await print.show({ ...importItem(run, control), ...more }, () =>
        describeImport(run, { uiUrl: (of) => control.uiUrl(of), stopped, undone, troubles, mailFailures, webhooks, settingsNow }, print),
      );
    });
}

/** Temporal is asked only about what is not done: that takes longer than all the rest. */
function mayBeStuck(run: ImportRun, undone: Undo | undefined): boolean {
  const reports = [run.report, undone?.report];
  return !hasEnded(run) || undone?.finishedAt === null || reports.includes('pending') || reports.includes('failed');
}

async function findMailFailures(
  { outbox }: Services,
  { importId, state, report }: ImportRun,
  undone: Undo | undefined,
): Promise<MailFailures> {
  const kinds = [
    ...(state === 'held' ? (['hold'] as const) : []),
    ...(report === 'failed' ? (['report'] as const) : []),
    ...(undone?.report === 'failed' ? (['undo'] as const) : []),
  ];
  const found = await Promise.all(kinds.map(async (kind) => [kind, await outbox.whyFailed(importId, kind)] as const));
  return Object.fromEntries(found.filter(([, why]) => why !== null));
}
