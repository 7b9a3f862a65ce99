// `imports watch ID`: follows an import until it ends, or until it needs somebody.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { describeImport } from '../show/describe-import';
import { hasStopped, requireImport } from './require-import';
import { importItem } from './import-item';
import { progressDisplay } from '../show/progress-display';
import { AT_WORK, createProgressReader } from './progress-reader';
import { watchAll } from './watch-all';

const POLL_MS = 500;
/** How often Temporal is asked whether its workflow still runs. */
const POLLS_BETWEEN_LOOKS = 10;

export function addWatchCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'watch [id]',
    summary: 'follow an import until it ends, or every import',
    details:
      'Tells what is done, the time since its start, records per second, and the time left. Exit code 0 when it has finished, 1 if it failed, was cancelled or terminated, or waits for approval. Without an id, every import as it happens: a line for each change, with --json an import in one line. Ctrl-C only stops watching.',
    examples: ['imports watch', 'imports watch acme-42', 'imports watch acme-42 --json'],
  }).action(async (asked: string | undefined) => {
    const services = await deps.open();
    if (asked === undefined) return watchAll(services, { deps, print });
    let run = await requireImport(services, asked);
    let stopped = false;
    const progressOf = createProgressReader(services, print);
    const display = progressDisplay(deps, print);
    try {
      for (let polls = 1; ; polls++) {
        await display.show(await progressOf(run));
        const isAtEnd = !AT_WORK.includes(run.state);
        // One whose workflow was terminated would be watched for ever, or seem to wait for approval.
        stopped = (isAtEnd || polls % POLLS_BETWEEN_LOOKS === 0) && (await hasStopped(services, run).catch(() => false));
        if (isAtEnd || stopped) break;
        await deps.sleep(POLL_MS);
        run = await requireImport(services, asked);
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

function refuseUnlessFinished({ importId, state }: ImportRun, stopped: boolean): void {
  const refuse = (what: string, command: string) => {
    throw notNow(`Import ${importId} ${what}. ${command}`);
  };
  const retry = `imports retry ${importId} --reason "…"`;
  if (stopped) refuse('stopped: its workflow was terminated', `Go on where it stopped with: ${retry}`);
  if (state === 'failed') refuse('failed', `Once the problem is fixed: ${retry}`);
  if (state === 'cancelled') refuse('was cancelled', `Go on where it stopped with: ${retry}`);
  if (state === 'held') refuse('waits for approval', `See the numbers and how to decide: imports show ${importId}`);
}
