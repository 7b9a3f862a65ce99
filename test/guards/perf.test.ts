// What each record costs in the parts that need nothing but the processor: to split and check it, to decide on it, to read its stored user. In
// processor time against a loop that is run beside it, so that neither the machine nor what else it does counts. The figures are from Node 20
// on x64; only what makes a part several times as slow fails.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(__dirname, '../..');
/** In records' worth of the loop. */
const COST = { inspect: 4.5, split: 1.3, check: 0.9, readUsers: 1.3, decide: 1 };
/** Other processors and releases of node weigh the parts differently. */
const MARGIN = 4;
const MOST = Object.fromEntries(Object.entries(COST).map(([part, cost]) => [part, MARGIN * cost]));

test('no part costs much more than it did', async () => {
  // Threads of the collector and the compiler that wait for a busy processor would count as work.
  const script = ['--single-threaded', '-r', path.join(ROOT, 'test/support/register-swc.js'), path.join(__dirname, 'perf-alone.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, [...script, JSON.stringify(MOST)], { cwd: ROOT });
  const costs = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(costs)).toEqual(Object.keys(COST));
  expect(Object.entries(costs).filter(([part, cost]) => cost > MOST[part]!)).toEqual([]);
}, 300_000);
