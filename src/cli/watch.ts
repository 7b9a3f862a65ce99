// `imports watch`: follows an import until it ends, or until it needs somebody.

import type { Command } from 'commander';
import type { ImportRun } from '../domain/import-run';
import { ImportsError } from '../errors';
import { defineCommand, type Session } from './define-command';
import { describeImport } from './describe-import';
import { importItem, shownState, type ShownState } from './import-item';
import { createProgressReader } from './import-progress';
import { barDisplay, lineDisplay, noDisplay, type ProgressDisplay } from './progress-display';
import { requireImport } from './require-import';

const POLL_MS = 500;

/** Where nothing more happens by itself. */
const ENDS: ReadonlySet<ShownState> = new Set(['finished', 'failed', 'cancelled', 'held', 'undone']);

export function addWatchCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'watch <id>',
    summary: 'follow an import until it ends',
    details: 'Exit code 0 when it has finished, 1 when it failed, was cancelled or waits for approval. Ctrl-C ends the watching only.',
    examples: ['imports watch acme-42', 'imports watch acme-42 --json'],
  }).action(async (id: string) => {
    const services = await deps.open();
    let run = await requireImport(services, id);
    const progressOf = createProgressReader(services.imports);
    const display = displayFor({ deps, print });
    try {
      for (;;) {
        await display.show(await progressOf(run));
        if (ENDS.has(shownState(run))) break;
        await deps.sleep(POLL_MS);
        run = await requireImport(services, id);
      }
    } finally {
      display.end();
    }
    const end = run;
    await print.show(importItem(end, services.control), () => `\n${describeImport(end, services.control, print)}`);
    refuseUnlessFinished(end);
  });
}

function displayFor({ deps, print }: Session): ProgressDisplay {
  if (print.json) return noDisplay;
  return deps.columns === undefined ? lineDisplay(print) : barDisplay(deps.stdout, deps.columns, print);
}

function refuseUnlessFinished({ importId, state }: ImportRun): void {
  if (state === 'failed') throw new ImportsError('NOT_NOW', `Import ${importId} failed.`);
  if (state === 'cancelled') throw new ImportsError('NOT_NOW', `Import ${importId} was cancelled.`);
  if (state === 'held') throw new ImportsError('NOT_NOW', `Import ${importId} waits for approval.`);
}
