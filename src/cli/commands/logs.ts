// `imports logs`: the logs in readable form.

import type { Command } from 'commander';
import { parseImportId } from '../../domain/ids';
import { wrongUse } from '../../errors';
import { defineCommand, type Session, gather } from '../define-command';
import { escapeLines } from '../text/escape-text';
import { readTime, TIME_FORMS, readWholeNumber } from '../text/read-option';
import type { Tone } from '../text/lay-out';

interface LogsOptions {
  readonly from?: readonly string[];
  readonly since?: string;
  readonly limit: number;
}

const TONES: Readonly<Record<string, Tone>> = { WARN: 'warn', ERROR: 'bad' };

export function addLogsCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'logs [id]',
    summary: 'show the logs in readable form',
    details:
      'Without an import id, everything. Oldest first. It reads the logs of imports up on this machine; those of containers are read from standard input.',
    examples: ['imports logs acme-42', 'imports logs --since 2h', 'docker compose logs --no-log-prefix | imports logs acme-42 --from -'],
  })
    .option('--from <file>', 'read this log instead, - = standard input; may be repeated', gather)
    .option('--since <time>', `only lines since then: ${TIME_FORMS}`)
    .option('-n, --limit <number>', 'show at most this many lines, the newest', readWholeNumber(1, 100_000), 200)
    .action(async (id: string | undefined, { from, since, limit }: LogsOptions) => {
      const importId = id === undefined ? null : parseImportId(id)?.importId;
      if (importId === undefined) throw wrongUse(`${id} is not the id of an import, such as acme-42\nSee them with: imports list`);
      const query = { importId, since: readTime(since, '--since', deps) ?? null, limit };
      const level = (name: string) => print.paint(TONES[name.toUpperCase()], name.toUpperCase());
      const { lines, pretty } = await deps.readLogs(from ?? null, query, { time: (at) => print.time(at), level });
      await print.show(lines, () => {
        if (lines.length === 0) return nothing(id, since);
        const text = lines.map((line) => pretty(harmless(line))).join('\n');
        return deps.columns === undefined ? text : print.prose(breakable(text), 4);
      });
    });
}

/** What it says may come from a client; the colours of the page are ours alone. */
function harmless<T extends Readonly<Record<string, unknown>>>(line: T): T {
  const escaped = Object.entries(line).map(([name, value]) => [name, typeof value === 'string' ? escapeLines(value) : value] as const);
  return Object.fromEntries(escaped) as T;
}

/** What a line says besides its message is JSON without spaces: on a terminal it may go on below after each comma. */
function breakable(text: string): string {
  return text.replace(/,(?="\w+":)/g, ', ');
}

function nothing(id: string | undefined, since: string | undefined): string {
  return `No line${id === undefined ? '' : ` about ${id}`}${since === undefined ? '' : ` since ${since}`} in the log.`;
}
