// `imports watch`: follows an import until it ends, or until it needs somebody.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { IMPORT_STATES, type StateRow } from '../../domain/import-state';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { describeImport } from '../show/describe-import';
import { hasStopped } from './has-stopped';
import { importItem } from './import-item';
import { createProgressReader } from '../show/import-progress';
import { barDisplay, lineDisplay, noDisplay, type ProgressDisplay } from '../show/progress-display';
import { requireImport } from './require-import';

const POLL_MS = 500;
/** How often Temporal is asked whether anybody is still at work on it. */
const POLLS_BETWEEN_LOOKS = 10;

/** Where nothing more happens by itself. */
const restsAt = ({ hasEnded, needs }: StateRow) => hasEnded || needs !== null;

export function addWatchCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'watch <id>',
    summary: 'follow an import until it ends',
    details:
      'Exit code 0 when it has finished, 1 when it failed, was cancelled or terminated, or waits for approval. Ctrl-C ends the watching only.',
    examples: ['imports watch acme-42', 'imports watch acme-42 --json'],
  }).action(async (id: string) => {
    const services = await deps.open();
    let run = await requireImport(services, id);
    let stopped = false;
    const progressOf = createProgressReader(services.imports);
    const display = displayFor({ deps, print });
    try {
      for (let polls = 1; ; polls++) {
        await display.show(await progressOf(run));
        const isAtEnd = restsAt(IMPORT_STATES[run.state]);
        // One whose workflow was terminated would be followed for ever, or seem to wait for approval.
        stopped = (isAtEnd || polls % POLLS_BETWEEN_LOOKS === 0) && (await hasStopped(services, run).catch(() => false));
        if (isAtEnd || stopped) break;
        await deps.sleep(POLL_MS);
        run = await requireImport(services, id);
      }
    } finally {
      display.end();
    }
    const end = run;
    const uiUrl = services.control.uiUrl(end.importId);
    await print.show(importItem(end, services.control), () => `\n${describeImport(end, { uiUrl: () => uiUrl, stopped }, print)}`);
    refuseUnlessFinished(end, stopped);
  });
}

function displayFor({ deps, print }: Session): ProgressDisplay {
  if (print.json) return noDisplay;
  return deps.columns === undefined ? lineDisplay(print) : barDisplay(deps.stdout, deps.columns, print);
}

function refuseUnlessFinished({ importId, state }: ImportRun, stopped: boolean): void {
  const refuse = (what: string, command: string) => {
    throw new ImportsError('NOT_NOW', `Import ${importId} ${what}. ${command}`);
  };
  const retry = `imports retry ${importId} --reason "…"`;
  if (stopped) refuse('stopped: its workflow was terminated', `Go on where it stopped with: ${retry}`);
  if (state === 'failed') refuse('failed', `Once the cause is mended: ${retry}`);
  if (state === 'cancelled') refuse('was cancelled', `Go on where it stopped with: ${retry}`);
  if (state === 'held') refuse('waits for approval', `See with which numbers, and how to decide: imports show ${importId}`);
}
