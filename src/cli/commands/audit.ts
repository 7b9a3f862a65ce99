// `imports audit`: what operators changed, and whether that record is complete.

import type { Command } from 'commander';
import { grouped } from '../../domain/report/wording';
import { notNow, wrongUse } from '../../errors';
import type { AuditStore } from '../../ports';
import type { AuditEntry } from '../../domain/audit';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { Printer } from '../text/print';
import { readTime, TIME_FORMS } from '../text/read-option';

interface AuditOptions {
  readonly client?: string;
  readonly since?: string;
  readonly verify?: true;
}

export function addAuditCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'audit',
    summary: 'what operators changed, when and why',
    details:
      'Oldest first. Written before each change; a change that failed afterwards is in it, too. --verify checks that no entry was changed, removed or inserted, and prints the last hash. Keep that elsewhere to notice later if entries at the end are missing.',
    examples: ['imports audit --client acme --since 7d', 'imports audit --since 2026-11-01 --json', 'imports audit --verify'],
  })
    .option('-c, --client <id>', 'only what concerns this client')
    .option('--since <time>', `written then or later: ${TIME_FORMS}`)
    .option('--verify', 'check the chain of hashes instead')
    .action(async ({ client, since, verify }: AuditOptions) => {
      if (verify && (client !== undefined || since !== undefined)) {
        throw wrongUse('--verify is about the whole audit: give it without --client and --since');
      }
      const from = readTime(since, '--since', deps);
      const services = await deps.open();
      if (verify) return checkChain(services.audit, print);
      const clientId = client === undefined ? undefined : (await requireClient(services, client)).clientId;
      const entries = services.audit.entries({ clientId, since: from });
      if (print.json) return print.showEach(entries);
      const found: AuditEntry[] = [];
      for await (const entry of entries) found.push(entry);
      await print.show(found, () => (found.length === 0 ? 'Nothing is on record.' : tableOf(found, print)));
    });
}

async function checkChain(audit: AuditStore, print: Printer): Promise<void> {
  const { entries, head, broken } = await audit.verify();
  if (broken !== null) {
    throw notNow(
      `The audit is not whole: entry ${broken.seq} does not hold, because ${broken.why}. The ${entries} before it do.\nFind out who can write to the collection audit of the database, and compare it with a backup.`,
    );
  }
  await print.show({ entries, head }, () => `The audit is whole: ${grouped(entries)} entries.${head === '' ? '' : `\nLast hash: ${head}`}`);
}

function tableOf(entries: readonly AuditEntry[], print: Printer): string {
  return print.table(entries, [
    { head: 'WHEN', cell: ({ at }) => print.shortTime(at) },
    { head: 'WHO', cell: ({ by }) => (by.selfDeclared === null ? by.name : `${by.name} (says: ${by.selfDeclared})`) },
    { head: 'FROM', dropOrder: 1, cell: ({ by }) => by.host },
    { head: 'DID', cell: ({ action }) => action },
    { head: 'TO', cell: ({ subject }) => shortHash(subject) },
    {
      head: 'WHY, AND WHAT CHANGED',
      narrow: 'wrap',
      cell: ({ reason, was, is }) => [...(reason === null ? [] : [reason]), ...differences(was ?? {}, is ?? {})],
    },
  ]);
}

/** Of a person who was erased: the whole of it would leave a terminal no room for the rest. */
function shortHash(subject: string): string {
  return subject.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1…');
}

/** An entry is written before its effect: what becomes of a state is then not always known. */
function differences(was: Readonly<Record<string, unknown>>, is: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys
    .filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]))
    .map((key) => {
      if (was[key] === undefined) return `${key}: ${JSON.stringify(is[key])}`;
      if (is[key] === undefined) return `${key} was: ${JSON.stringify(was[key])}`;
      return `${key}: ${JSON.stringify(was[key])} -> ${JSON.stringify(is[key])}`;
    });
}
