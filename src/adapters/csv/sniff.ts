// What kind of file this is, from its name and its first bytes: text in which encoding, or something that only pretends to be CSV.

import type { ClientSettings } from '../../domain/client';
import type { FileLayout } from '../../domain/import-run';
import type { Refusal } from '../../domain/reason/reasons';
import { refuseEmpty, refuseEncoding, refuseNotCsv, refuseUnmarkedUtf16 } from '../../domain/reason/refusals';

export type Sniffed =
  | { readonly kind: 'text'; readonly encoding: FileLayout['encoding']; readonly bomBytes: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How many of the first bytes are enough. */
export const SNIFF_BYTES = 64 * 1024;

const BOMS: readonly (readonly [FileLayout['encoding'], readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const MAGIC: readonly (readonly [string, string])[] = [
  ['504b0304', 'a workbook or a ZIP archive'],
  ['504b0506', 'a ZIP archive'],
  ['d0cf11e0a1b11ae1', 'an old Excel workbook'],
  ['25504446', 'a PDF document'],
  ['1f8b', 'a compressed file'],
  ['425a68', 'a compressed file'],
  ['377abcaf271c', 'a 7-Zip archive'],
  ['526172211a07', 'a RAR archive'],
  ['89504e470d0a1a0a', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['47494638', 'a picture'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
];

const refused = (refusal: Refusal): Sniffed => ({ kind: 'refused', refusal });

export function sniff(fileName: string, head: Buffer, expected: ClientSettings['encoding']): Sniffed {
  const hex = head.subarray(0, 8).toString('hex');
  const magic = MAGIC.find(([start]) => hex.startsWith(start));
  if (magic !== undefined) return refused(refuseNotCsv(magic[1]));
  if (!/\.csv$/i.test(fileName)) return refused(refuseNotCsv('a file whose name does not end in .csv'));

  const bom = BOMS.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte));
  const encoding = bom?.[0] ?? expected;
  const bomBytes = bom?.[1].length ?? 0;
  const isWide = encoding === 'utf-16le' || encoding === 'utf-16be';
  if (head.length === bomBytes) return refused(refuseEmpty());
  if (!isWide && head.includes(0)) return refused(looksWide(head) ? refuseUnmarkedUtf16(expected) : refuseNotCsv('a binary file'));
  // A delimiter and a line end have a zero byte in UTF-16.
  if (isWide && !head.includes(0)) return refused(refuseEncoding(1, encoding));
  return { kind: 'text', encoding, bomBytes };
}

/** UTF-16 without its mark: every other byte of Western text is zero. */
function looksWide(head: Buffer): boolean {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2]!++;
  return Math.max(...zeros) > head.length * 0.3 && Math.min(...zeros) < head.length * 0.05;
}
