// A file may be as long as it likes: what an inspection keeps of a record is a few numbers.

import { closeSync, openSync, writeSync } from 'node:fs';
import { csv, HEADER, settingsOf, workFiles } from './on-disk';

const RECORDS = 1_000_000;
/** Three times what it takes: a process that ran other tests before has garbage of its own. Records kept as text would be a gigabyte. */
const MOST_ABOVE_START = 300 * 1024 * 1024;

async function inspectMany(header: string, line: (n: number) => string, look: () => void) {
  const files = workFiles('');
  const file = openSync(files.sourcePath, 'w');
  writeSync(file, `${header}\n`);
  for (let n = 0; n < RECORDS; n += 10_000) writeSync(file, Array.from({ length: 10_000 }, (_, at) => line(n + at)).join(''));
  closeSync(file);
  const { verdict } = await csv.inspect(files, settingsOf(), look);
  // The search for conflicts comes behind the last byte.
  look();
  if (verdict.kind === 'refused') throw new Error(verdict.refusal.message);
  expect(verdict.records).toBe(RECORDS);
  expect(verdict.chunks.length).toBe(RECORDS / 5_000);
  return verdict;
}

function watchMemory() {
  const start = process.memoryUsage().rss;
  let peak = 0;
  return {
    look: () => {
      peak = Math.max(peak, process.memoryUsage().rss - start);
    },
    peak: () => peak,
  };
}

test('a million records are inspected in memory that their number hardly moves', async () => {
  const { look, peak } = watchMemory();
  await inspectMany(`${HEADER},email`, (n) => `${n},OPSCOM,First,user${n}@example.edu\n`, look);
  expect(peak()).toBeLessThan(MOST_ABOVE_START);
});

test('a million records that all contradict each other take no more, although there is more to say of them than they hold', async () => {
  const { look, peak } = watchMemory();
  const { chunks } = await inspectMany(`${HEADER},email`, (n) => `${n % 1_000},OPSCOM,First ${n},user@example.edu\n`, look);
  let marks = 0;
  for (const chunk of chunks) {
    marks += chunk.marks.length;
    look();
  }
  expect(marks).toBe(RECORDS);
  expect(peak()).toBeLessThan(MOST_ABOVE_START);
});
