// `imports show`: everything about one import.

import type { Command } from 'commander';
import { defineCommand, type Session } from './define-command';
import { describeImport } from './describe-import';
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
    const run = await requireImport(services, id);
    // Without Temporal the database still tells most.
    const stopped = await hasStopped(services, run).catch(() => false);
    const undone = await services.undos.find(run.importId);
    await print.show(importItem(run, services.control), () =>
      describeImport(run, { uiUrl: (of) => services.control.uiUrl(of), stopped, undone }, print),
    );
  });
}
