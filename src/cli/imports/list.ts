// `imports list`: which imports there were, newest first.

import { Option, type Command } from 'commander';
import type { ImportOutcome, ImportRun, ReportState } from '../../domain/import-run';
import type { ImportState } from '../../domain/import-state';
import type { ImportQuery } from '../../domain/import-stats';
import { grouped } from '../../domain/report/wording';
import { wrongUse } from '../../errors';
import { requireClients } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { CliDeps } from '../deps';
import { resultInList } from '../show/describe-import';
import { toneOf, importItem, SHOWN_STATES, type ShownState } from './import-item';
import type { Printer } from '../text/print';
import { readTime, TIME_FORMS, readWholeNumber } from '../text/read-option';
import { needsYou, needsYouText } from './needs-you';

const OUTCOMES: readonly ImportOutcome[] = ['imported', 'imported-with-failures', 'refused', 'declined'];
const REPORTS: readonly ReportState[] = ['none', 'pending', 'sent', 'not-repeated', 'failed'];

interface ListOptions {
  readonly client?: readonly string[];
  readonly state?: readonly ShownState[];
  readonly outcome?: readonly ImportOutcome[];
  readonly report?: readonly ReportState[];
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

export function addListCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'list',
    summary: 'imports, newest first',
    details: `Its last line says which of them need somebody, whatever else was asked for. Times are those of receipt: ${TIME_FORMS}.`,
    examples: [
      'imports list',
      'imports list --client acme zenith --since yesterday',
      'imports list --state failed held --json',
      'imports list --report failed',
    ],
  })
    .option('-c, --client <id...>', 'only those of these clients')
    .addOption(new Option('-s, --state <state...>', 'only those in these states').choices(SHOWN_STATES))
    .addOption(new Option('-o, --outcome <outcome...>', 'only those that ended so').choices(OUTCOMES))
    .addOption(new Option('--report <report...>', 'only those whose e-mail ended so').choices(REPORTS))
    .option('--since <time>', 'received then or later')
    .option('--until <time>', 'received before then; of a day, before its end')
    .option('-n, --limit <number>', 'at most so many', readWholeNumber(1, 100_000), 20)
    .action(async (options: ListOptions) => {
      const period = readPeriod(options, deps);
      const services = await deps.open();
      const clientIds = options.client && (await requireClients(services, options.client));
      const runs = await services.imports.list({
        clientIds,
        states: options.state?.flatMap(storedStates),
        outcomes: options.outcome,
        reports: options.report,
        ...period,
        limit: options.limit,
      });
      const needed = print.json ? null : await needsYou(services, clientIds);
      await print.show(
        runs.map((run) => importItem(run, services.control)),
        () =>
          [
            runs.length === 0 ? nothingFound(options) : tableOf(runs, print),
            ...(runs.length === options.limit ? [`The newest ${grouped(options.limit)}; more with --limit`] : []),
            ...(needed === null ? [] : [print.prose(needsYouText(needed))]),
          ].join('\n\n'),
      );
    });
}

function readPeriod(options: ListOptions, deps: CliDeps): Pick<ImportQuery, 'since' | 'until'> {
  const since = readTime(options.since, '--since', deps);
  const until = readTime(options.until, '--until', deps);
  if (since !== undefined && until !== undefined && since >= until) throw wrongUse('--since must be before --until');
  return { since, until };
}

function tableOf(runs: readonly ImportRun[], print: Printer): string {
  return print.table(runs, [
    { head: 'IMPORT', cell: ({ importId }) => importId },
    { head: 'FILE', narrow: 'cut', cell: ({ fileName }) => fileName },
    { head: 'RECEIVED', dropOrder: 1, cell: ({ receivedAt }) => print.shortTime(receivedAt) },
    { head: 'RESULT', cell: (run) => ({ text: resultInList(run).replace('finished: ', ''), tone: toneOf(run) }) },
    { head: 'RECORDS', align: 'right', dropOrder: 0, cell: ({ counts }) => grouped(counts.records) },
    { head: 'REJECTED', align: 'right', dropOrder: 0, cell: ({ counts }) => grouped(counts.rejected) },
    { head: 'CREATED', align: 'right', dropOrder: 3, cell: ({ counts }) => grouped(counts.created) },
    { head: 'UPDATED', align: 'right', dropOrder: 3, cell: ({ counts }) => grouped(counts.updated) },
    { head: 'ARCHIVED', align: 'right', dropOrder: 3, cell: ({ counts }) => grouped(counts.archived) },
    {
      head: 'REPORT',
      dropOrder: 2,
      // Before the end `none` would read as a decision.
      cell: ({ finishedAt, report }) =>
        finishedAt === null ? '-' : { text: report, tone: report === 'failed' ? ('bad' as const) : undefined },
    },
  ]);
}

function nothingFound({ client, state, outcome, report, since, until }: ListOptions): string {
  const of = client === undefined ? '' : ` of ${client.join(' or ')}`;
  const asked = [
    ...(since === undefined ? [] : [`was received since ${since}`]),
    ...(until === undefined ? [] : [`was received until ${until}`]),
    ...(state === undefined ? [] : [`is in state ${state.join(' or ')}`]),
    ...(outcome === undefined ? [] : [`ended as ${outcome.join(' or ')}`]),
    ...(report === undefined ? [] : [`ended with report ${report.join(' or ')}`]),
  ];
  if (asked.length > 0) return `No import${of} ${asked.join(' and ')}.`;
  return `There is no import${of} yet. A file is imported within seconds of its upload.\nLook for files now with: imports scan ${client?.[0] ?? 'CLIENT'}`;
}

function storedStates(state: ShownState): readonly ImportState[] {
  return state === 'queued' ? ['claiming', 'queued'] : [state];
}
