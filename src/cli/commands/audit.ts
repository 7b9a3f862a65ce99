// `imports audit`: what operators changed, and whether the record of it is whole.

import type { Command } from 'commander';
import { durationMs } from '../../domain/client/duration';
import { ImportsError } from '../../errors';
import type { AuditEntry, AuditStore } from '../../ports';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import { escapeText } from '../text/escape-text';
import type { Printer } from '../text/print';

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
      'Oldest first. Written before each change; a change that failed afterwards is in it, too. --verify looks whether an entry was changed, removed or put in, and prints the last hash: kept elsewhere, it also shows when entries are missing at the end.',
    examples: ['imports audit --client acme --since 7d', 'imports audit --since 2026-11-01 --json', 'imports audit --verify'],
  })
    .option('-c, --client <id>', 'only what concerns this client')
    .option('--since <time>', 'a date, a date with time, or how long ago: 2026-11-01, 2026-11-01T08:00:00Z, 24h, 7d')
    .option('--verify', 'check the chain of hashes instead')
    .action(async ({ client, since, verify }: AuditOptions) => {
      if (verify && (client !== undefined || since !== undefined)) {
        throw new ImportsError('WRONG_USE', '--verify is about the whole audit: give it without --client and --since');
      }
      const from = since === undefined ? undefined : readTime(since, deps.now());
      const services = await deps.open();
      if (verify) return checkChain(services.audit, print);
      const clientId = client === undefined ? undefined : (await requireClient(services, client)).clientId;
      const entries = services.audit.entries({
        ...(clientId === undefined ? {} : { clientId }),
        ...(from === undefined ? {} : { since: from }),
      });
      if (print.json) return print.showEach(entries);
      const found: AuditEntry[] = [];
      for await (const entry of entries) found.push(entry);
      await print.show(found, () => (found.length === 0 ? 'Nothing is on record.' : tableOf(found, print)));
    });
}

async function checkChain(audit: AuditStore, print: Printer): Promise<void> {
  const { entries, head, broken } = await audit.verify();
  if (broken !== null) {
    throw new ImportsError(
      'NOT_NOW',
      `The audit is not whole: entry ${broken.seq} does not hold, because ${broken.why}. The ${entries} before it do.\nFind out who can write to the collection audit of the database, and compare it with a backup.`,
    );
  }
  await print.show(
    { entries, head },
    () => `The audit is whole: ${print.number(entries)} entries.${head === '' ? '' : `\nLast hash: ${head}`}`,
  );
}

function readTime(text: string, now: Date): Date {
  const ago = durationMs(text);
  if (ago !== undefined) return new Date(now.getTime() - ago);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new ImportsError('WRONG_USE', `${escapeText(text)} is not a time. Write --since 2026-11-01, 2026-11-01T08:00:00Z, 24h or 7d`);
}

function tableOf(entries: readonly AuditEntry[], print: Printer): string {
  return print.table(
    [
      { head: 'WHEN' },
      { head: 'WHO' },
      { head: 'FROM', dropOrder: 1 },
      { head: 'DID' },
      { head: 'TO' },
      { head: 'WHY, AND WHAT CHANGED', narrow: 'wrap' },
    ],
    entries.map(({ at, by, action, subject, reason, was, is }) => [
      print.shortTime(at),
      by.selfDeclared === null ? by.name : `${by.name} (says: ${by.selfDeclared})`,
      by.host,
      action,
      subject,
      [...(reason === null ? [] : [reason]), ...differences(was ?? {}, is ?? {})],
    ]),
  );
}

function differences(was: Readonly<Record<string, unknown>>, is: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys
    .filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]))
    .map((key) => (was[key] === undefined ? `${key}: ${shown(is[key])}` : `${key}: ${shown(was[key])} -> ${shown(is[key])}`));
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
