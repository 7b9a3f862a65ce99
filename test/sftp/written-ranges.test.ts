// The record of which bytes have arrived, against the plain truth: a set of single bytes.

import * as fc from 'fast-check';
import { WrittenRanges } from '../../src/door/folder/written-ranges';

it('knows the hole-free beginning and the end after any blocks in any order', () => {
  const block = fc.record({ start: fc.nat(60), length: fc.nat(15), cutTo: fc.option(fc.nat(60), { freq: 5 }) });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 25 }), (blocks) => {
      const ranges = new WrittenRanges();
      const bytes = new Set<number>();
      for (const { start, length, cutTo } of blocks) {
        ranges.add(start, start + length);
        for (let at = start; at < start + length; at++) bytes.add(at);
        if (cutTo !== null) {
          ranges.truncate(cutTo);
          for (const at of bytes) if (at >= cutTo) bytes.delete(at);
        }
        let contiguous = 0;
        while (bytes.has(contiguous)) contiguous++;
        const end = bytes.size === 0 ? 0 : Math.max(...bytes) + 1;
        expect({ contiguous: ranges.contiguous, end: ranges.end, hasHole: ranges.hasHole }).toEqual({
          contiguous,
          end,
          hasHole: end > contiguous,
        });
      }
    }),
    { numRuns: 1000 },
  );
});

it('gives up on blocks that are scattered beyond reason', () => {
  const ranges = new WrittenRanges();
  const taken = Array.from({ length: 1025 }, (_, n) => ranges.add(n * 2 + 1, n * 2 + 2));
  expect([taken[1023], taken[1024]]).toEqual([true, false]);
});
