// The only place that writes to standard output: as JSON (times in ISO) or as text for people (times in their own zone).

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { grouped } from '../../domain/report/wording';
import { inTemporaryFolder } from '../local-files';
import { escapeCsv, escapeJson, escapeLines } from './escape-text';
import {
  layOutFacts,
  layOutProse,
  layOutTable,
  type Fact,
  type TableCell,
  type TableColumn,
  paintInColour,
  PAINTED,
  paintNothing,
  type Tone,
} from './lay-out';

export interface Printer {
  readonly json: boolean;
  /** `value` when JSON was asked for, else the text that `text` makes. */
  show(value: unknown, text: () => string): Promise<void>;
  /** A JSON array whose items need not fit into memory together. */
  showEach(values: AsyncIterable<unknown>): Promise<void>;
  /** Text as it is, e.g. CSV: not escaped. */
  raw(text: string | Uint8Array): Promise<void>;
  /** The CSV file that `write` leaves at a path, as it is; on a terminal what would steer it is shown as text. */
  csvFile(write: (path: string) => Promise<void>): Promise<void>;
  table<Row>(rows: readonly Row[], columns: readonly (TableColumn & { readonly cell: (row: Row) => TableCell })[]): string;
  facts(facts: readonly Fact[]): string;
  /** Sentences, and lines to be typed. */
  prose(text: string, hang?: number): string;
  /** `2026-11-20 14:03:07` in the zone of the reader. */
  time(date: Date): string;
  /** The same without seconds, for tables. */
  shortTime(date: Date): string;
  paint(tone: Tone | undefined, text: string): string;
  /** `1,234,567 bytes (1.2 MiB)` */
  bytes(n: number): string;
}

export function createPrinter(terminal: {
  readonly stdout: Writable;
  readonly columns: number | undefined;
  readonly timeZone: string;
  readonly json: () => boolean;
  readonly colour: () => boolean;
}): Printer {
  const { stdout, columns, timeZone } = terminal;
  // The Swedish way of writing a time is the ISO one without its T.
  const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  const write = async (text: string | Uint8Array) => {
    if (!stdout.write(text)) await once(stdout, 'drain');
  };
  const page = () => ({ width: columns, paint: terminal.colour() ? paintInColour : paintNothing });
  return {
    get json() {
      return terminal.json();
    },
    async show(value, text) {
      await write(terminal.json() ? `${toJson(value)}\n` : `${escapeUnpainted(text())}\n`);
    },
    async showEach(values) {
      let before = '[';
      for await (const value of values) {
        await write(`${before}\n  ${toJson(value).replaceAll('\n', '\n  ')}`);
        before = ',';
      }
      await write(before === '[' ? '[]\n' : '\n]\n');
    },
    raw: write,
    csvFile: (writeTo) =>
      inTemporaryFolder(async (folder) => {
        const path = join(folder, 'table.csv');
        await writeTo(path);
        if (columns === undefined) for await (const bytes of createReadStream(path)) await write(bytes as Buffer);
        else for await (const text of createReadStream(path, 'utf8')) await write(escapeCsv(text as string));
      }),
    table(rows, shown) {
      const cells = rows.map((row) => shown.map(({ cell }) => cell(row)));
      return layOutTable(shown, cells, page());
    },
    facts: (facts) => layOutFacts(facts, page()),
    prose: (text, hang) => layOutProse(text, columns, hang),
    time: (date) => clock.format(date),
    shortTime: (date) => clock.format(date).slice(0, 16),
    paint: (tone, text) => page().paint(tone, text),
    bytes: (n) => (n < 10 * 1024 ? `${grouped(n)} bytes` : `${grouped(n)} bytes (${inUnits(n)})`),
  };
}

/** What steers the terminal is ours alone. */
function escapeUnpainted(text: string): string {
  return text
    .split(PAINTED)
    .map((part, i) => (i % 2 === 0 ? escapeLines(part) : part))
    .join('');
}

function toJson(value: unknown): string {
  return escapeJson(JSON.stringify(value, undefined, 2));
}

function inUnits(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['bytes', 'KiB', 'MiB', 'GiB'][power]}`;
}
