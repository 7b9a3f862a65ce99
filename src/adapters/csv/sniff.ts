// What kind of file this is, from its name and its first bytes: text in which encoding, or something that only pretends to be CSV; and which
// character separates its cells.

import type { ClientSettings } from '../../domain/client';
import type { FileLayout } from '../../domain/import-run';
import {
  type Refusal,
  refuseDamaged,
  refuseEmpty,
  refuseEncoding,
  refuseNotCsv,
  refuseUnmarkedUtf16,
  refuseWrongName,
} from '../../domain/reason/refusals';
import { looksLike } from './looks-like';
import { acceptedNames, nameIn } from '../../domain/file/header-names';
import { DELIMITERS } from '../../domain/record/unreadable';

type Sniffed =
  | { readonly kind: 'text'; readonly encoding: FileLayout['encoding']; readonly bomBytes: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How many of the first bytes are enough. */
export const SNIFF_BYTES = 64 * 1024;

const BOMS: readonly (readonly [FileLayout['encoding'], readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const SEPARATORS = [',', ';', '\t', '\n'].map((mark) => mark.charCodeAt(0));
const CTRL_Z = 0x1a;

const refused = (refusal: Refusal): Sniffed => ({ kind: 'refused', refusal });

/** The encoding that the first bytes name, and these bytes. */
export function byteOrderMark(head: Buffer): (typeof BOMS)[number] | undefined {
  return BOMS.find(([, bytes]) => startsWith(head, 0, bytes));
}

export function sniff(fileName: string, head: Buffer, expected: ClientSettings['encoding']): Sniffed {
  const bom = byteOrderMark(head);
  const encoding = bom?.[0] ?? expected;
  const bomBytes = bom === undefined ? 0 : lengthOf(bom[1], head);
  const isWide = encoding === 'utf-16le' || encoding === 'utf-16be';

  const other = looksLike(head, bomBytes, encoding);
  if (other !== undefined) return refused(refuseNotCsv(other));
  if (!isWide && head.includes(0) && !isDamagedText(head))
    return refused(looksWide(head) ? refuseUnmarkedUtf16(expected) : refuseZeros(head));
  if (!/\.csv$/i.test(fileName)) return refused(refuseWrongName());
  if (head.length === bomBytes) return refused(refuseEmpty());
  // A delimiter and a line end have a zero byte in UTF-16.
  if (isWide && !head.includes(0)) return refused(refuseEncoding(1, encoding, expected));
  // Column names begin with an ASCII letter: its zero byte comes first in the other UTF-16.
  if (isWide && bom === undefined && head[0] === 0) return refused(refuseEncoding(1, encoding, expected));
  return { kind: 'text', encoding, bomBytes };
}

/** Two programs may each have put their mark in front. */
function lengthOf(mark: readonly number[], head: Buffer): number {
  let length = 0;
  while (startsWith(head, length, mark)) length += mark.length;
  return length;
}

function startsWith(head: Buffer, from: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[from + at] === byte);
}

/** A table, and zeros behind it: these fill a file whose end never reached the disk. Who reads on finds the line. */
function isDamagedText(head: Buffer): boolean {
  const text = head.subarray(0, head.indexOf(0));
  return (
    SEPARATORS.some((byte) => text.includes(byte)) &&
    text.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === CTRL_Z)
  );
}

function refuseZeros(head: Buffer): Refusal {
  return head.every((byte) => byte === 0) ? refuseDamaged() : refuseNotCsv('a binary file');
}

/** UTF-16 without its mark: every other byte of Western text is zero. */
function looksWide(head: Buffer): boolean {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2]!++;
  return Math.max(...zeros) > head.length * 0.3 && Math.min(...zeros) < head.length * 0.05;
}

export type Delimiter = FileLayout['delimiter'];

interface Separation {
  readonly delimiter: Delimiter;
  /** The first line is `sep=;`, which Excel writes and hides: it is not the header. */
  readonly hasSepLine: boolean;
}

const SEP_LINE = /^"?sep=([,;\t])"?[ ,;\t]*$/i;

/** Bytes among which the header line is looked for. */
const LOOKED_AT = 64 * 1024;
const QUOTED = /"(?:[^"]|"")*"/g;

/** What Excel's own first line says, the client's setting, or what the header line shows. */
export function separationOf(settings: Pick<ClientSettings, 'delimiter' | 'profile' | 'furtherColumns'>, head: Buffer): Separation {
  const text = head.toString('utf8', 0, LOOKED_AT).trimStart();
  const named = SEP_LINE.exec(firstLine(text))?.[1];
  if (named !== undefined) return { delimiter: named as Delimiter, hasSepLine: true };
  return { delimiter: settings.delimiter === 'auto' ? shownBy(text, acceptedNames(settings)) : settings.delimiter, hasSepLine: false };
}

/** A quoted name may hold line breaks. */
function firstLine(text: string): string {
  return /^(?:"(?:[^"]|"")*"|[^\r\n])*/.exec(text)![0];
}

/** The candidate that cuts the header into the most column names; among equals the one it holds most outside quotes, else a comma. */
function shownBy(text: string, names: ReadonlySet<string>): Delimiter {
  const line = firstLine(text);
  const unquoted = line.replaceAll(QUOTED, '');
  const found = (candidate: Delimiter) => line.split(candidate).filter((cell) => names.has(nameIn(cell.replaceAll('"', '')))).length;
  const often = (candidate: Delimiter) => unquoted.split(candidate).length;
  return DELIMITERS.toSorted((a, b) => found(b) - found(a) || often(b) - often(a))[0]!;
}
