// A file may be as long as it likes: what an inspection keeps of a record is a few numbers.

import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { HEADER, workFiles } from './on-disk';

const ROOT = path.join(__dirname, '../../..');
const RECORDS = 1_000_000;
/** Without a bound, node keeps garbage for as long as the machine has room. */
const HEAP_MB = 96;
/** Twice what it takes, node itself included. The same records kept as text would be a gigabyte. */
const MOST_BYTES = 400 * 1024 * 1024;

async function inspectMany(line: (n: number) => string) {
  const { sourcePath } = workFiles('');
  const file = openSync(sourcePath, 'w');
  writeSync(file, `${HEADER},email\n`);
  for (let n = 0; n < RECORDS; n += 10_000) writeSync(file, Array.from({ length: 10_000 }, (_, at) => line(n + at)).join(''));
  closeSync(file);
  const script = ['-r', path.join(ROOT, 'test/support/register-swc.js'), path.join(__dirname, 'inspect-alone.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...script, sourcePath], { cwd: ROOT });
  return JSON.parse(stdout) as { readonly records: number; readonly chunks: number; readonly marks: number; readonly bytes: number };
}

test('a million records are inspected in memory that their number hardly moves', async () => {
  const { bytes, ...found } = await inspectMany((n) => `${n},OPSCOM,First,user${n}@example.edu\n`);
  expect(found).toEqual({ records: RECORDS, chunks: RECORDS / 5_000, marks: 0 });
  expect(bytes).toBeLessThan(MOST_BYTES);
});

test('a million records that all contradict each other take no more, although there is more to say of them than they hold', async () => {
  const { bytes, ...found } = await inspectMany((n) => `${n % 1_000},OPSCOM,First ${n},user@example.edu\n`);
  expect(found).toEqual({ records: RECORDS, chunks: RECORDS / 5_000, marks: RECORDS });
  expect(bytes).toBeLessThan(MOST_BYTES);
});
