// `imports show`: everything about one import.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import type { Undo } from '../../domain/undo/undo';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { describeImport, type MailFailures } from '../show/describe-import';
import { hasStopped } from './has-stopped';
import { importItem } from './import-item';
import { requireImport } from './require-import';

export function addShowCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'show <id>',
    summary: 'state, outcome, numbers and reasons of one import',
    details: 'Tells what to type next, and links into the Temporal UI.',
    examples: ['imports show acme-42', 'imports show acme-42 --json'],
  }).action(async (id: string) => {
    const services = await deps.open();
    const { control, undos } = services;
    const run = await requireImport(services, id);
    const undone = await undos.find(run.importId);
    const settingsNow = (await services.clients.find(run.clientId))?.settings;
    const mailFailures = await findMailFailures(services, run, undone);
    // Without Temporal the database still tells most.
    const stopped = await hasStopped(services, run).catch(() => false);
    const troubles = await control.troubles(run.importId).catch(() => []);
    const more = {
      ...(run.settings === undefined ? {} : { settings: run.settings }),
      ...(run.refusedBy === undefined ? {} : { refusedBy: run.refusedBy }),
      ...(troubles.length === 0 ? {} : { troubles }),
      ...(Object.keys(mailFailures).length === 0 ? {} : { mailFailures }),
    };
    await print.show({ ...importItem(run, control), ...more }, () =>
      describeImport(run, { uiUrl: (of) => control.uiUrl(of), stopped, undone, troubles, mailFailures, settingsNow }, print),
    );
  });
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
