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
  const table = print.table(
    [
      { head: 'CLIENT' },
      { head: 'FILES', align: 'right' },
      { head: 'IMPORTED', align: 'right' },
      { head: 'WITH FAILURES', align: 'right' },
      { head: 'REFUSED', align: 'right' },
      { head: 'DECLINED', align: 'right', dropOrder: 3 },
      { head: 'UNDONE', align: 'right', dropOrder: 4 },
      { head: 'OPEN', align: 'right' },
      { head: 'RECORDS', align: 'right' },
      { head: 'REJECTED', align: 'right' },
      { head: 'CREATED', align: 'right', dropOrder: 5 },
      { head: 'UPDATED', align: 'right', dropOrder: 5 },
      { head: 'ARCHIVED', align: 'right', dropOrder: 5 },
    ],
    rows.map(([clientId, { files, ends, counts }]) => [
      clientId,
      ...[
        files,
        ends.imported,
        ends['imported-with-failures'],
        ends.refused,
        ends.declined,
        ends.undone,
        ends.open,
        counts.records,
        counts.rejected,
        counts.created,
        counts.updated,
        counts.archived,
      ].map(grouped),
    ]),
  );
  const reasons = reasonsText({ reasonCounts: total.reasonCounts }, null, print);
  return [`Files received${from}:`, table, ...(reasons === undefined ? [] : [reasons])].join('\n\n');
}
