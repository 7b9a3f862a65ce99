// A client that gives its users new e-mails has every record wait for another one: what the settlement keeps of each is a few numbers,
// in an import, in the plan that is made of it before, and in its undo.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(__dirname, '../..');
const RECORDS = 200_000;
/** The same records kept as objects would need several times as much. */
const HEAP_MB = 96;
/** What a million of them may take, node itself included (they take 250 MiB). */
const MOST_BYTES = 400 * 1024 * 1024;

test.each(['apply', 'undo', 'plan'])(
  'hundreds of thousands of records that all wait for one another fit a small heap: %s',
  async (step) => {
    const script = ['-r', path.join(ROOT, 'test/support/register-swc.js'), path.join(__dirname, 'settle-alone.ts'), step, String(RECORDS)];
    const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...script], { cwd: ROOT });
    const { settled, bytes } = JSON.parse(stdout) as { readonly settled: number; readonly bytes: number };
    expect(settled).toBe(RECORDS);
    expect(bytes).toBeLessThan(MOST_BYTES);
  },
);
