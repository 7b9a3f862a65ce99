// What tells a part that was closed as if it were the file from a whole one, and whom that must never hit.

import { SentBlocks } from '../../src/sftp/session/sent-blocks';

const BLOCK = 32 * 1024;
const LINES = Buffer.from('a1,OPSCOM,Ada\n'.repeat(20_000));
const PICTURE = Buffer.from(LINES.map((byte, index) => (index % 100 === 0 ? 0 : byte)));
const ONE_LINE = Buffer.alloc(8 * BLOCK, 'x');

function sent(bytes: Buffer): boolean {
  const blocks = new SentBlocks();
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

function sentAs(...lengths: readonly number[]): boolean {
  const blocks = new SentBlocks();
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
])('%s, without a line break at its end', (_, lengths, looksCut) => {
  expect(sentAs(...lengths)).toBe(looksCut);
});
