// A file may be as long as it likes: what an inspection keeps of a record is a few numbers.

import { closeSync, openSync, writeSync } from 'node:fs';
import { csv, HEADER, settingsOf, workFiles } from './on-disk';

const RECORDS = 1_000_000;
/** Three times what it takes: a process that ran other tests before has garbage of its own. Records kept as text would be a gigabyte. */
const MOST_ABOVE_START = 300 * 1024 * 1024;

test('a million records are inspected in memory that their number hardly moves', async () => {
  const files = workFiles('');
  const file = openSync(files.sourcePath, 'w');
  writeSync(file, `${HEADER},email\n`);
  for (let n = 0; n < RECORDS; n += 10_000) {
    writeSync(file, Array.from({ length: 10_000 }, (_, at) => `${n + at},OPSCOM,First,user${n + at}@example.edu\n`).join(''));
  }
  closeSync(file);

  const start = process.memoryUsage().rss;
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss - start);
  };
  const { verdict } = await csv.inspect(files, settingsOf(), look);
  // The search for conflicts comes behind the last byte.
  look();
  expect(verdict).toMatchObject({ kind: 'accepted', records: RECORDS });
  expect(verdict.kind === 'accepted' && verdict.chunks.length).toBe(RECORDS / 5_000);
  expect(peak).toBeLessThan(MOST_ABOVE_START);
});
