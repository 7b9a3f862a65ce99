// Chance that can be repeated: the same seed, the same choices. And names as hostile and as broken programs send them.

export type Random = () => number;

/** mulberry32: small, and good enough to be surprised by. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** From 0 to below `end`. */
export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

/** None of them holds a line break, which would end a command of FTP. */
export const NAMES = [
  'users.csv',
  'a.csv',
  'b.csv',
  '.hidden',
  'x.tmp',
  '.bak',
  '.bak/a.csv',
  '/',
  '.',
  '..',
  '',
  ' ',
  '-la',
  'name with  blanks.csv',
  'ü€😀.csv',
  '../globex/canary.csv',
  '/../../canary',
  '/etc/passwd',
  '../../../../../../etc/passwd',
  './/.././../globex',
  'a/../../globex/canary.csv',
  '..\\..\\canary',
  'x'.repeat(255),
  'x'.repeat(256),
  'y/'.repeat(1000),
  '%2e%2e/canary',
  '"quoted"',
  "'; rm -rf /",
  '$(id)',
  '{}',
  '*',
  '?',
  '~',
  '~root',
  'CON',
  'a.csv\u202ecsv',
];
