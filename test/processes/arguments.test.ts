// A process that is called with an argument says how it is used; it does not start.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const data = mkdtempSync(path.join(tmpdir(), 'imports-arguments-'));
afterAll(() => rmSync(data, { recursive: true }));

describe.each(['worker', 'sftp', 'codec-server'])(
  '%s',
  (name) => {
    const call = (argument: string) =>
      spawnSync(process.execPath, [path.join(__dirname, `../../dist/src/processes/${name}.js`), argument], {
        encoding: 'utf8',
        env: { ...process.env, IMPORTS_DATA_DIR: data },
        timeout: 120_000,
      });

    test('--help prints its usage and ends', () => {
      const { status, stdout, stderr } = call('--help');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: node dist/src/processes/${name}\\.js\\n\\n.+\\nNo arguments:`));
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    });

    test('any other argument is refused, and nothing is made', () => {
      const { status, stdout, stderr } = call('--port=2222');
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^error: ${name} takes no arguments, but was given "--port=2222"\\n\\nUsage: `));
      expect(readdirSync(data)).toEqual([]);
    });
  },
  300_000,
);
