// What a command loads, which is most of what a short one costs. Packages are counted, not seconds: those depend on the machine.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import packageJson from '../../package.json';
import { aClient, aRun } from '../cli/fake-deps';
import { itHaving } from '../sftp/support/run';
import { useMongo } from '../support/use-mongo';

const bundle = path.join(__dirname, '../../dist/imports');
const packagesIn = JSON.parse(readFileSync(path.join(bundle, 'packages.json'), 'utf8')) as Record<string, readonly string[]>;
const using = useMongo();
const command = path.join(bundle, '../src/processes/imports.js');
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'imports-loaded-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('its version and its help need no service and no package but those of the command line', () => {
  expect(loadedBy('--version')).toEqual(['cli-table3', 'commander']);
  expect(loadedBy('--help')).toEqual(['cli-table3', 'commander']);
  expect(loadedBy('client', 'set', '--help')).toEqual(['cli-table3', 'commander']);
});

test('what the database knows is told without loading Temporal, the hashing of passwords, SSH or the log', async () => {
  const { importId, ...run } = aRun('acme-1', { report: 'sent' });
  await using.store.clients.add(aClient('acme'));
  await using.collection('imports').insertOne({ _id: importId, ...run });
  for (const typed of ['list --client acme', 'show acme-1', 'client show acme', 'audit']) {
    expect([typed, ...loadedBy(...typed.split(' '))]).toEqual([typed, 'cli-table3', 'commander', 'mongoose', 'zod']);
  }
});

itHaving('script')('what is loaded late works in the built command, too: the bar of a terminal', async () => {
  const { importId, ...run } = aRun('acme-2', { report: 'sent' });
  await using.collection('imports').insertOne({ _id: importId, ...run });
  const shown = execFileSync('script', ['-qec', `stty cols 100; ${process.execPath} ${command} watch acme-2`, '/dev/null'], {
    env: environment(),
    encoding: 'utf8',
  });
  expect(shown).toContain('10 of 10 records, 0 rejected');
  expect(shown).toContain('finished: imported');
});

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], IMPORTS_DATA_DIR: dir, MONGODB_URI: using.uri };
}

/** Those of our direct dependencies that were loaded: of a file that was read, whatever is in it. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const coverage = path.join(dir, args.join('-'));
  execFileSync(process.execPath, [command, ...args], {
    env: { ...environment(), NODE_V8_COVERAGE: coverage },
    cwd: dir,
  });
  const urls = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(path.join(coverage, file), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    return result.map(({ url }) => url);
  });
  const names = urls.flatMap((url) => {
    const external = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    return external === undefined ? (packagesIn[path.basename(url)] ?? []) : [external];
  });
  return [...new Set(names)].filter((name) => name in packageJson.dependencies).toSorted();
}
