// `imports stats`: the results of the imports of a period, by client.

import type { Command } from 'commander';
import { addStats, NO_STATS, sumUp, type ImportStats } from '../../domain/import-stats';
import { summariseReasons } from '../../domain/reason/summarise-reasons';
import { requireClients } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import { reasonsText } from '../show/describe-import';
import { grouped } from '../../domain/report/wording';
import type { Printer } from '../text/print';
import { readTime, TIME_FORMS } from '../text/read-option';

export function addStatsCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'stats',
    summary: 'files, records, outcomes and reasons, by client',
    details: `Of all imports, or of those received since a time: ${TIME_FORMS}. An undone import counts with what it had done.`,
    examples: ['imports stats', 'imports stats --since 7d', 'imports stats --client acme zenith --json'],
  })
    .option('-c, --client <id...>', 'only of these clients')
    .option('--since <time>', 'received then or later')
    .action(async (options: { readonly client?: readonly string[]; readonly since?: string }) => {
      const since = readTime(options.since, '--since', deps);
      const services = await deps.open();
      const clientIds = options.client && (await requireClients(services, options.client));
      const byClient = [...(await sumUp(services.imports.each({ clientIds, since })))].sort(([a], [b]) => (a < b ? -1 : 1));
      const total = byClient.reduce((sum, [, stats]) => addStats(sum, stats), NO_STATS);
      const clients = byClient.map(([clientId, stats]) => ({ clientId, ...statsItem(stats) }));
      await print.show({ since: since ?? null, clients, total: statsItem(total) }, () => textOf(byClient, total, since, print));
    });
}

function statsItem({ files, bytes, ends, counts, reasonCounts }: ImportStats) {
  const reasons = summariseReasons({ reasonCounts }, null).map(({ code, count, title }) => ({ code, count, title }));
  return { files, bytes, outcomes: ends, counts, reasons };
}

function textOf(
  byClient: readonly (readonly [string, ImportStats])[],
  total: ImportStats,
  since: Date | undefined,
  print: Printer,
): string {
  const from = since === undefined ? '' : ` since ${print.time(since)}`;
  if (total.files === 0) return `No file was received${from}.`;
  const rows = byClient.length === 1 ? byClient : [...byClient, ['all', total] as const];
  const table = print.table(rows, [
    { head: 'CLIENT', cell: ([clientId]) => clientId },
    { head: 'FILES', align: 'right', cell: ([, { files }]) => grouped(files) },
    { head: 'IMPORTED', align: 'right', cell: ([, { ends }]) => grouped(ends.imported) },
    { head: 'WITH FAILURES', align: 'right', cell: ([, { ends }]) => grouped(ends['imported-with-failures']) },
    { head: 'REFUSED', align: 'right', cell: ([, { ends }]) => grouped(ends.refused) },
    { head: 'DECLINED', align: 'right', dropOrder: 3, cell: ([, { ends }]) => grouped(ends.declined) },
    { head: 'UNDONE', align: 'right', dropOrder: 4, cell: ([, { ends }]) => grouped(ends.undone) },
    { head: 'OPEN', align: 'right', cell: ([, { ends }]) => grouped(ends.open) },
    { head: 'RECORDS', align: 'right', cell: ([, { counts }]) => grouped(counts.records) },
    { head: 'REJECTED', align: 'right', cell: ([, { counts }]) => grouped(counts.rejected) },
    { head: 'CREATED', align: 'right', dropOrder: 5, cell: ([, { counts }]) => grouped(counts.created) },
    { head: 'UPDATED', align: 'right', dropOrder: 5, cell: ([, { counts }]) => grouped(counts.updated) },
    { head: 'ARCHIVED', align: 'right', dropOrder: 5, cell: ([, { counts }]) => grouped(counts.archived) },
  ]);
  const reasons = reasonsText({ reasonCounts: total.reasonCounts }, null, print);
  return [`Files received${from}:`, table, ...(reasons === undefined ? [] : [reasons])].join('\n\n');
}
