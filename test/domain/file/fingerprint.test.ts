import * as fc from 'fast-check';
import { fingerprint, fingerprintInto } from '../../../src/domain/file/fingerprint';

// Files on disk hold fingerprints: these values never change.
test.each([
  ['', 0xe639bbf77e280a72n],
  ['1001', 0x4f0e8e3ccbe5be14n],
  ['000123', 0x222a84ec324233d9n],
  ['élodie', 0x240fa68274052dcfn],
  ['日本😀', 0x4c1a19462d1c6626n],
])('the fingerprint of %j stays what it is', (text, value) => expect(fingerprint(text)).toBe(value));

test('both forms are one number, also in a larger array', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const ids = new BigUint64Array(3);
      fingerprintInto(text, new Uint32Array(ids.buffer), 2);
      expect([...ids]).toEqual([0n, fingerprint(text), 0n]);
    }),
  );
});

const COUNT = 200_000;
test.each<[string, (i: number) => string]>([
  ['running numbers', String],
  ['padded numbers', (i) => String(i).padStart(12, '0')],
  ['e-mail addresses', (i) => `user.${i}@example.edu`],
  ['long texts that differ in two letters', (i) => `${'a'.repeat(i % 500)}b${'a'.repeat(Math.floor(i / 500))}`],
  ['texts of two letters', (i) => String.fromCharCode(0x100 + (i % 500), 0x3000 + Math.floor(i / 500))],
])('%s: no two are alike, and either half is as good as chance', (_, textOf) => {
  const ids = new BigUint64Array(COUNT);
  const lanes = new Uint32Array(ids.buffer);
  for (let i = 0; i < COUNT; i++) fingerprintInto(textOf(i), lanes, 2 * i);
  const low = new Set<number>();
  const high = new Set<number>();
  for (let i = 0; i < COUNT; i++) {
    low.add(lanes[2 * i]!);
    high.add(lanes[2 * i + 1]!);
  }
  expect(new Set(ids).size).toBe(COUNT);
  // Chance makes 4.7 equal pairs among 200,000 numbers of 32 bits.
  expect(COUNT - low.size).toBeLessThan(25);
  expect(COUNT - high.size).toBeLessThan(25);
});
