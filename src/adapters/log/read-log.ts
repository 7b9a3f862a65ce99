// Reads the log as people do: the lines about one import, or since some time, the oldest first. The only home of pino-pretty.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { prettyFactory } from 'pino-pretty';
import type { LogLine, LogQuery } from '../../ports';

/** What is in one of several logs: lines that are not ours, such as those of an engine, are left out. */
export async function readLog(sources: readonly (string | Readable)[], query: LogQuery): Promise<readonly LogLine[]> {
  const found: LogLine[] = [];
  for (const source of sources) {
    const input = typeof source === 'string' ? createReadStream(source, 'utf8') : source;
    const own: LogLine[] = [];
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      const line = asWanted(text, query);
      if (line === undefined) continue;
      own.push(line);
      // Twice as many at most are held at a time.
      if (own.length >= 2 * query.limit) own.splice(0, query.limit);
    }
    found.push(...own.slice(-query.limit));
  }
  return found.toSorted((a, b) => a.time.localeCompare(b.time)).slice(-query.limit);
}

/** How a line reads. `time` and `level` = how these two are written. */
export function logPrettifier(look: {
  readonly time: (at: Date) => string;
  readonly level: (level: string) => string;
}): (line: LogLine) => string {
  const pretty = prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: false,
    ignore: 'pid,process',
    messageFormat: '{process}: {msg}',
    customPrettifiers: {
      time: (at) => look.time(new Date(at as string)),
      level: (level) => look.level(level as string),
    },
  });
  return (line) => pretty(line).trimEnd();
}

function asWanted(text: string, { importId, since }: LogQuery): LogLine | undefined {
  // Most lines are about something else, and reading each as JSON would take long.
  if (importId !== null && !text.includes(importId)) return undefined;
  const start = text.indexOf('{');
  if (start === -1) return undefined;
  const line = parse(text.slice(start));
  if (line === undefined || (importId !== null && !names(line, importId))) return undefined;
  return since !== null && line.time < since.toISOString() ? undefined : line;
}

/** Containers may have written their name before it. */
function parse(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<LogLine> | null;
    return typeof line?.time === 'string' && typeof line['msg'] === 'string' ? (line as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

/** `acme-1` is not `acme-12`: by itself, or within the id of a workflow. */
function names(value: unknown, importId: string): boolean {
  if (typeof value === 'string') return value.split(/[^A-Za-z\d-]/).includes(importId);
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => names(inner, importId));
}
