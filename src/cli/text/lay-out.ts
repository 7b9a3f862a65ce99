// Tables and lists of facts, fitted to the width and the colours of the terminal. Cells are escaped here, so a caller cannot forget it.

import { styleText } from 'node:util';
import Table from 'cli-table3';
import { escapeText } from './escape-text';

/** How good the news is. Only here it becomes a colour. */
export type Tone = 'good' | 'warn' | 'bad';

/** A text with its tone, still to be escaped. */
interface Toned {
  readonly text: string;
  readonly tone: Tone | undefined;
}

type Paint = (tone: Tone | undefined, text: string) => string;

const COLOURS = { good: 'green', warn: 'yellow', bad: 'red' } as const;

export const paintInColour: Paint = (tone, text) => (tone === undefined ? text : styleText(COLOURS[tone], text, { validateStream: false }));

export const paintNothing: Paint = (_tone, text) => text;

/** Splits a text at what `paintInColour` has put into it. */
export const PAINTED = new RegExp(`(${String.fromCharCode(27)}\\[(?:31|32|33|39)m)`);

export interface TableColumn {
  readonly head: string;
  readonly align?: 'right';
  /** Left out on a narrow terminal, those with the highest number first, those with the same together; absent = always shown. */
  readonly dropOrder?: number;
  /** The one column that gives way: `cut` ends in `…`, `wrap` goes on below. */
  readonly narrow?: 'cut' | 'wrap';
}

/** Several lines of one cell come as a list. */
export type TableCell = string | number | readonly string[] | Toned;
/** `undefined` = there is no such line. */
export type Fact = readonly [label: string, value: string | Toned | undefined];

/** Where it is shown: no `width` = no terminal, so every column and nothing cut. */
interface Page {
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** A column that gives way is never made narrower than this while another can be left out. */
const READABLE = 16;
const GAP = 2;
const SIDES = ['top', 'bottom', 'left', 'right', 'mid', 'top-left', 'top-mid', 'top-right', 'bottom-left', 'bottom-mid', 'bottom-right'];
const BORDERLESS = Object.fromEntries([...SIDES, 'left-mid', 'mid-mid', 'right-mid'].map((side) => [side, '']));

export function layOutTable(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[], { width, paint }: Page): string {
  const cells = rows.map((row) => row.map((cell) => linesOf(cell).map(escapeText)));
  const widths = columns.map((column, i) =>
    Math.max(widthOf(column.head), ...cells.map((row) => Math.max(0, ...(row[i] ?? []).map(widthOf)))),
  );
  const { shown, room } = fit(columns, widths, width);
  const broken = (i: number, line: string) =>
    columns[i]?.narrow === 'wrap' && room !== undefined ? breakWords(commandBelow(line, room), room) : line;
  const table = new Table({
    head: shown.map((i) => columns[i]?.head ?? ''),
    chars: { ...BORDERLESS, middle: ' '.repeat(GAP) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: shown.map((i) => columns[i]?.align ?? 'left'),
    colWidths: shown.map((i) => (columns[i]?.narrow !== undefined && room !== undefined ? Math.min(room, widths[i] ?? room) : null)),
    wordWrap: columns.some((column) => column.narrow === 'wrap'),
  });
  for (const [n, row] of cells.entries())
    table.push(shown.map((i) => paint(toneOf(rows[n]?.[i]), (row[i] ?? []).map((line) => broken(i, line)).join('\n'))));
  const text = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
  const leftOut = columns.flatMap(({ head }, i) => (shown.includes(i) ? [] : [head]));
  if (leftOut.length === 0) return text;
  const them = leftOut.length === 1 ? 'it' : 'them';
  return `${text}\n\n${layOutProse(`Left out: ${leftOut.join(', ')}; a wider terminal or --json shows ${them}`, width)}`;
}

/** A command to type stays whole, on a line of its own if need be. */
function commandBelow(text: string, room: number): string {
  return widthOf(text) > room ? text.replace(/(?<=: )(?=imports )/, '\n') : text;
}

/** A word that is wider than the column would be cut. */
function breakWords(text: string, room: number): string {
  let broken = '';
  let width = 0;
  for (const character of text) {
    width = /\s/.test(character) ? 0 : width + widthOf(character);
    if (width > room) {
      broken += ' ';
      width = widthOf(character);
    }
    broken += character;
  }
  return broken;
}

function linesOf(cell: TableCell): readonly string[] {
  if (typeof cell !== 'object') return [String(cell)];
  return 'text' in cell ? [cell.text] : cell;
}

function toneOf(cell: TableCell | undefined): Toned['tone'] {
  return typeof cell === 'object' && 'text' in cell ? cell.tone : undefined;
}

/** Which columns are shown, and the room that is left for the one that gives way. */
function fit(columns: readonly TableColumn[], widths: readonly number[], width: number | undefined) {
  let shown = columns.map((_, i) => i);
  if (width === undefined) return { shown, room: undefined };
  for (;;) {
    const taken = shown.reduce((sum, i) => sum + (columns[i]?.narrow === undefined ? (widths[i] ?? 0) : 0), GAP * (shown.length - 1));
    const wanted = Math.min(READABLE, Math.max(0, ...shown.filter((i) => columns[i]?.narrow !== undefined).map((i) => widths[i] ?? 0)));
    const room = width - taken;
    const next = shown
      .filter((i) => columns[i]?.dropOrder !== undefined)
      .sort((a, b) => (columns[b]?.dropOrder ?? 0) - (columns[a]?.dropOrder ?? 0))[0];
    if (room >= wanted || next === undefined) return { shown, room: Math.max(room, READABLE / 2) };
    shown = shown.filter((i) => columns[i]?.dropOrder !== columns[next]?.dropOrder);
  }
}

/** One `label  value` a line; long values go on below, under the value. A value that is undefined has no line. */
export function layOutFacts(facts: readonly Fact[], { width, paint }: Page): string {
  const known = facts.filter((fact): fact is readonly [string, string | Toned] => fact[1] !== undefined);
  const indent = Math.max(0, ...known.map(([label]) => label.length)) + GAP;
  const wrapped = (text: string) => wrap(escapeText(text), width, indent);
  return known
    .map(([label, value]) => [label, typeof value === 'string' ? wrapped(value) : paint(value.tone, wrapped(value.text))] as const)
    .map(([label, value]) => `${label.padEnd(indent)}${value}`.trimEnd())
    .join('\n');
}

/** Sentences, fitted to the width; a line to be typed stays whole, so that it can be copied. `hang` = how far a line goes on to the right. */
export function layOutProse(text: string, width: number | undefined, hang = 0): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('imports ')) return line;
      const [margin] = /^ *(?:- )?/.exec(line) ?? [''];
      return `${margin}${wrap(line.slice(margin.length), width, margin.length + hang)}`;
    })
    .join('\n');
}

function wrap(text: string, width: number | undefined, indent: number): string {
  const room = Math.max((width ?? Infinity) - indent, READABLE);
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= room || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** A command to type comes after an arrow or a colon at the end, and is never broken, so that it can be copied. */
function wordsOf(text: string): readonly string[] {
  const at = text.search(/→ imports |(?<=: )(?:imports|echo|mkdir) /);
  return at === -1 ? text.split(' ') : [...text.slice(0, at).trimEnd().split(' '), text.slice(at)];
}

/** Columns that the text takes, never less than the truth: beyond the alphabets of Europe every character counts as two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x1100 || character === '…' ? 1 : 2;
  return width;
}
