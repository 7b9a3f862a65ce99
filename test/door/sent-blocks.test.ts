// What tells a part that was closed as if it were the file from a whole one, and whom that must never hit.

import { SentBlocks, type BlocksOfPrograms } from '../../src/door/sent-blocks';

const BLOCK = 32 * 1024;
const LINES = Buffer.from('a1,OPSCOM,Ada\n'.repeat(20_000));
const PICTURE = Buffer.from(LINES.map((byte, index) => (index % 100 === 0 ? 0 : byte)));
const ONE_LINE = Buffer.alloc(8 * BLOCK, 'x');

const USUAL = { shortest: 4 * 1024 };

function sent(bytes: Buffer): boolean {
  const blocks = new SentBlocks(USUAL);
  for (let at = 0; at < bytes.length; at += BLOCK) blocks.add(bytes.subarray(at, at + BLOCK), Math.min(at + BLOCK, bytes.length));
  return blocks.lookCut(bytes.length);
}

it.each([
  ['a part that ends behind a block, within a line', LINES.subarray(0, 3 * BLOCK), true],
  ['a part of a single block', LINES.subarray(0, BLOCK), true],
  ['a whole file that ends within a block, without a line break', LINES.subarray(0, 3 * BLOCK + 100), false],
  ['a whole file that ends with a line', Buffer.concat([LINES.subarray(0, 3 * BLOCK - 1), Buffer.from('\n')]), false],
  ['a small file without a line break at its end', LINES.subarray(0, 100), false],
  ['what is no text, of whatever length', PICTURE.subarray(0, 4 * BLOCK), false],
  ['what has no lines, of whatever length', ONE_LINE, false],
])('%s', (_, bytes, looksCut) => {
  expect(sent(bytes)).toBe(looksCut);
});

function sentAs(usual: BlocksOfPrograms, lengths: readonly number[]): boolean {
  const blocks = new SentBlocks(usual);
  let at = 0;
  for (const length of lengths) blocks.add(LINES.subarray(at, at + length), (at += length));
  return blocks.lookCut(at);
}

it.each([
  ['a short header and the body in one block', [20, 20_000], false],
  ['a short header and a body as long as a block', [20, BLOCK], false],
  ['blocks that grow', [20, BLOCK, BLOCK + 1], false],
  ['a short header and two full blocks', [20, BLOCK, BLOCK], true],
  ['a single block of no round length', [20_000], false],
  ['blocks of 8 KiB', [8192, 8192, 8192], true],
  ['blocks that are shorter than those of any program', [1000, 1000, 1000], false],
])('%s, without a line break at its end', (_, lengths, looksCut) => {
  expect(sentAs(USUAL, lengths)).toBe(looksCut);
});

it.each([
  ['bundles of eight blocks and six more, within the row', [8192, 8192, 6144], true],
  ['the same length behind whole rows', [8192, 8192, 3072], false],
  ['other blocks and such a length, within the row', [10_000, 10_000, 10_000, 10_000, 4032], false],
  ['blocks of 1 KiB, which no program in use sends', [1024, 1024, 1024], false],
  ['a block of 32 KiB that came in pieces', [1186, 20_000, 11_582], true],
  ['bundles and a last block that is shorter', [8192, 8192, 3000], false],
  ['a single bundle, which may be a whole file', [3072], false],
])('%s, without a line break at its end, where blocks are gathered', (_, lengths, looksCut) => {
  expect(sentAs({ shortest: 8192, unit: 1024, copied: BLOCK }, lengths)).toBe(looksCut);
});
