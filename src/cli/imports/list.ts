// `imports list`: which imports there were, newest first.

import { Option, type Command } from 'commander';
import type { ImportOutcome, ImportRun } from '../../domain/import-run';
import type { ImportState } from '../../domain/import-state';
import { defineCommand, type Session } from '../define-command';
import { decisionCommands, resultOf } from '../show/describe-import';
import { importItem, SHOWN_STATES, type ShownState } from './import-item';
import type { Printer } from '../text/print';
import { readWholeNumber } from '../text/read-whole-number';
import { requireClient } from '../clients/require-client';

const OUTCOMES: readonly ImportOutcome[] = ['imported', 'imported-with-failures', 'refused', 'declined'];

interface ListOptions {
  readonly client?: string;
  readonly state?: ShownState;
  readonly outcome?: ImportOutcome;
  readonly limit: number;
}

export function addListCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'list',
    summary: 'imports, newest first',
    examples: ['imports list', 'imports list --client acme --outcome imported-with-failures', 'imports list --state failed --json'],
  })
    .option('-c, --client <id>', 'only those of this client')
    .addOption(new Option('-s, --state <state>', 'only those in this state').choices(SHOWN_STATES))
    .addOption(new Option('-o, --outcome <outcome>', 'only those that ended so').choices(OUTCOMES))
    .option('-n, --limit <number>', 'at most so many', readWholeNumber(1, 100_000), 20)
    .action(async (options: ListOptions) => {
      const services = await deps.open();
      const client = options.client === undefined ? undefined : await requireClient(services, options.client);
      const runs = await services.imports.list({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(options.state === undefined ? {} : { states: storedStates(options.state) }),
        ...(options.outcome === undefined ? {} : { outcome: options.outcome }),
        limit: options.limit,
      });
      await print.show(
        runs.map((run) => importItem(run, services.control)),
        () => {
          if (runs.length === 0) return nothingFound(options);
          const table = print.table(
            [
              { head: 'IMPORT' },
              { head: 'FILE', narrow: 'cut' },
              { head: 'RECEIVED', dropOrder: 0 },
              { head: 'RESULT' },
              { head: 'RECORDS', align: 'right', dropOrder: 2 },
              { head: 'REJECTED', align: 'right', dropOrder: 1 },
              { head: 'CREATED', align: 'right', dropOrder: 3 },
              { head: 'UPDATED', align: 'right', dropOrder: 4 },
              { head: 'ARCHIVED', align: 'right', dropOrder: 5 },
              { head: 'REPORT', dropOrder: 6 },
            ],
            runs.map((run) => [
              run.importId,
              run.fileName,
              print.shortTime(run.receivedAt),
              resultInList(run, print),
              ...[run.counts.records, run.counts.rejected, run.counts.created, run.counts.updated, run.counts.archived].map((n) =>
                print.number(n),
              ),
              // Before the end `none` would read as a decision.
              run.finishedAt === null ? '-' : run.report,
            ]),
          );
          const held = runs.find(({ state }) => state === 'held');
          const decide = held === undefined ? '' : `\n\n${held.importId} waits for approval:\n${decisionCommands(held.importId)}`;
          const more = runs.length === options.limit ? `\n\nThe newest ${print.number(options.limit)}; more with --limit` : '';
          const untold = runs.find(({ report, finishedAt }) => report === 'failed' && finishedAt !== null);
          const told =
            untold === undefined ? '' : `\n\nThe e-mail of ${untold.importId} could not be sent; why:\nimports show ${untold.importId}`;
          return `${table}${more}${decide}${told}`;
        },
      );
    });
}

function nothingFound({ client, state, outcome }: ListOptions): string {
  const of = client === undefined ? '' : ` of ${client}`;
  const asked = [...(state === undefined ? [] : [`is in state ${state}`]), ...(outcome === undefined ? [] : [`ended as ${outcome}`])];
  if (asked.length > 0) return `No import${of} ${asked.join(' and ')}.`;
  return `There is no import${of} yet. A file is imported within seconds of its upload.\nLook for files now with: imports scan ${client ?? 'CLIENT'}`;
}

function storedStates(state: ShownState): readonly ImportState[] {
  return state === 'queued' ? ['claiming', 'queued'] : [state];
}

/** `held: 120 archives` tells at once which of them is the dangerous one. */
function resultInList(run: ImportRun, print: Printer): string {
  return run.state === 'held' && run.held !== null
    ? `held: ${print.number(run.held.archives)} archives`
    : resultOf(run).replace('finished: ', '');
}
