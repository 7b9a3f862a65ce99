// The lint rules hold the floors that docs/architecture.md draws: each row is an import that somebody may write one day. All of them are
// written to a folder of their own and linted with the project's rules, so a rule that matches nothing fails here.

import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '../..');

type Row = readonly [file: string, imports: string];

const FORBIDDEN: readonly Row[] = [
  ['src/domain/ids.ts', '../ports'],
  ['src/domain/ids.ts', '../errors'],
  ['src/domain/ids.ts', '../adapters/mongo/connect-mongo'],
  ['src/domain/ids.ts', 'node:crypto'],
  ['src/domain/ids.ts', 'zod'],
  ['src/domain/record/record.ts', '../../ports'],
  ['src/domain/record/record.ts', '../../config/load-config'],
  ['src/domain/record/record.ts', '../../../activities/load-import'],
  ['src/ports.ts', './door/limits'],
  ['src/ports.ts', './errors'],
  ['src/ports.ts', './embedded/start-embedded'],
  ['src/ports.ts', './adapters/mongo/models'],
  ['src/ports.ts', 'mongoose'],
  ['src/ports.ts', '../activities/load-import'],
  ['src/errors.ts', './ports'],
  ['src/errors.ts', 'node:fs'],
  ['src/config/load-config.ts', '../adapters/log/log'],
  ['src/config/load-config.ts', '../processes/worker'],
  ['src/config/load-config.ts', '../embedded/start-embedded'],
  ['workflows/import-file.ts', 'node:fs'],
  ['workflows/import-file.ts', 'ms'],
  ['workflows/import-file.ts', '@temporalio/client'],
  ['workflows/import-file.ts', '@temporalio/activity'],
  ['workflows/import-file.ts', '../activities/load-import'],
  ['workflows/import-file.ts', '../src/ports'],
  ['workflows/import-file.ts', '../src/errors'],
  ['workflows/import-file.ts', '../src/config/load-config'],
  ['workflows/import-file.ts', '../src/adapters/temporal/imports-control'],
  ['activities/load-import.ts', 'node:fs'],
  ['activities/load-import.ts', 'node:child_process'],
  ['activities/load-import.ts', 'mongoose'],
  ['activities/load-import.ts', '@temporalio/client'],
  ['activities/load-import.ts', '../src/processes/worker'],
  ['activities/load-import.ts', '../src/config/load-config'],
  ['activities/apply/apply-chunk.ts', '../../src/processes/worker'],
  ['activities/apply/apply-chunk.ts', '../../src/adapters/mongo/models'],
  ['activities/apply/apply-chunk.ts', '../../src/door/limits'],
  ['activities/apply/apply-chunk.ts', '../../src/embedded/start-embedded'],
  ['activities/apply/apply-chunk.ts', '../../src/worker/safe-failures'],
  ['activities/apply/apply-chunk.ts', '../../workflows/messages'],
  ['src/adapters/csv/csv-files.ts', '../mongo/models'],
  ['src/adapters/csv/csv-files.ts', '../../door/limits'],
  ['src/adapters/csv/csv-files.ts', '../../processes/worker'],
  ['src/adapters/csv/csv-files.ts', '../../../activities/load-import'],
  ['src/adapters/csv/csv-files.ts', '@temporalio/client'],
  ['src/adapters/mongo/users/user-store.ts', '../../files/file-store'],
  ['src/adapters/mongo/users/user-store.ts', '../../../cli/program'],
  ['src/adapters/mongo/users/user-store.ts', '../../../worker/start-worker'],
  ['src/adapters/mongo/users/user-store.ts', '../../../../workflows/messages'],
  ['src/adapters/mongo/users/user-store.ts', '@temporalio/common'],
  ['src/adapters/temporal/imports-control.ts', '../mongo/models'],
  ['src/adapters/temporal/imports-control.ts', '../../worker/start-worker'],
  ['src/adapters/temporal/imports-control.ts', '../../../activities/load-import'],
  ['src/worker/start-worker.ts', '../processes/worker'],
  ['src/worker/start-worker.ts', '../cli/program'],
  ['src/worker/start-worker.ts', '../door/limits'],
  ['src/door/login.ts', '../sftp/start-sftp'],
  ['src/door/login.ts', '../ftps/start-ftps'],
  ['src/door/login.ts', '../adapters/mongo/models'],
  ['src/door/login.ts', '../cli/program'],
  ['src/door/folder/upload.ts', '../../processes/sftp'],
  ['src/sftp/start-sftp.ts', '../ftps/start-ftps'],
  ['src/sftp/start-sftp.ts', '../cli/program'],
  ['src/sftp/ssh/log-in.ts', '../../adapters/mongo/models'],
  ['src/sftp/ssh/log-in.ts', '@temporalio/client'],
  ['src/ftps/start-ftps.ts', '../sftp/start-sftp'],
  ['src/ftps/start-ftps.ts', '../cli/program'],
  ['src/ftps/control/command.ts', '../../config/load-config'],
  ['src/cli/program.ts', '../sftp/start-sftp'],
  ['src/cli/program.ts', '../processes/up'],
  ['src/cli/imports/list.ts', '../../ftps/start-ftps'],
  ['src/cli/imports/list.ts', '../../adapters/mongo/models'],
  ['src/cli/imports/list.ts', '../../../workflows/messages'],
  ['src/cli/imports/list.ts', '@temporalio/client'],
  ['src/embedded/temporal.ts', '../processes/up'],
  ['src/embedded/temporal.ts', '../adapters/mongo/models'],
];

const ALLOWED: readonly Row[] = [
  ['src/domain/ids.ts', './import-run'],
  ['src/domain/record/record.ts', '../ids'],
  ['src/domain/record/record.ts', '../reason/reasons'],
  ['src/ports.ts', './domain/ids'],
  ['src/ports.ts', './domain/reason/reasons'],
  ['src/config/load-config.ts', 'zod'],
  ['src/config/load-config.ts', '../errors'],
  ['workflows/import-file.ts', '@temporalio/workflow'],
  ['workflows/import-file.ts', '@temporalio/common'],
  ['workflows/import-file.ts', './messages'],
  ['workflows/import-file.ts', '../src/domain/ids'],
  ['activities/load-import.ts', '../src/ports'],
  ['activities/load-import.ts', 'node:crypto'],
  ['activities/apply/apply-chunk.ts', '../load-import'],
  ['activities/apply/apply-chunk.ts', '../../src/errors'],
  ['activities/apply/apply-chunk.ts', '../../src/domain/ids'],
  ['activities/apply/apply-chunk.ts', '@temporalio/activity'],
  ['src/adapters/csv/csv-files.ts', 'csv-stringify'],
  ['src/adapters/csv/csv-files.ts', '../../ports'],
  ['src/adapters/mongo/users/user-store.ts', '../imports/import-store'],
  ['src/adapters/mongo/users/user-store.ts', 'mongoose'],
  ['src/adapters/temporal/imports-control.ts', '@temporalio/client'],
  ['src/adapters/temporal/imports-control.ts', '../../../workflows/messages'],
  ['src/worker/start-worker.ts', '../../activities'],
  ['src/worker/start-worker.ts', '../adapters/temporal/connection-options'],
  ['src/door/folder/upload.ts', '../limits'],
  ['src/sftp/start-sftp.ts', '../door/limits'],
  ['src/ftps/start-ftps.ts', '../door/limits'],
  ['src/cli/imports/list.ts', '../../ports'],
  ['src/embedded/temporal.ts', '../config/load-config'],
  ['src/processes/worker.ts', '../adapters/mongo/models'],
  ['src/processes/worker.ts', '../worker/start-worker'],
  ['src/processes/worker.ts', '@temporalio/client'],
];

const ENVIRONMENT: readonly (readonly [file: string, isAllowed: boolean])[] = [
  ['src/domain/ids.ts', false],
  ['activities/load-import.ts', false],
  ['src/adapters/mongo/models.ts', false],
  ['src/embedded/temporal.ts', false],
  ['src/config/load-config.ts', true],
  ['src/processes/up.ts', true],
];

/** Each source in a folder of its own below `probes/`, where the globs of the rules match; the indices of those with a complaint. */
async function complaints(sources: readonly (readonly [file: string, source: string])[], rule: string): Promise<ReadonlySet<number>> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'imports-floors-'));
  try {
    await Promise.all(
      sources.map(async ([file, source], index) => {
        const place = path.join(folder, String(index));
        mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
        copyFileSync(path.join(root, '.oxlintrc.json'), path.join(place, '.oxlintrc.json'));
        writeFileSync(path.join(place, file), source);
      }),
    );
    const output = await new Promise<string>((resolve) => {
      execFile(
        path.join(root, 'node_modules/.bin/oxlint'),
        ['--format=unix', '.'],
        { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
        (_error, stdout) => resolve(stdout),
      );
    });
    const lines = output.split('\n').filter((line) => line.includes(rule));
    return new Set(lines.map((line) => Number(/(\d+)\//.exec(path.relative(folder, path.resolve(folder, line)))?.[1])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const named = ([file, imports]: Row) => [file, `import { it } from '${imports}';\nexport const its = it;\n`] as const;

test('no floor imports one above it, and the lint says so', async () => {
  const found = await complaints(FORBIDDEN.map(named), 'no-restricted-imports');
  expect(FORBIDDEN.filter((_row, index) => !found.has(index))).toEqual([]);
});

test('what a floor stands on may be imported', async () => {
  const found = await complaints(ALLOWED.map(named), 'no-restricted-imports');
  expect(ALLOWED.filter((_row, index) => found.has(index))).toEqual([]);
});

test('workflows may name the types of activities', async () => {
  const source = `import type { Activities } from '../activities';\nexport type Its = Activities;\n`;
  expect((await complaints([['workflows/import-file.ts', source]], 'no-restricted-imports')).size).toBe(0);
});

test('only settings and processes read the environment', async () => {
  const found = await complaints(
    ENVIRONMENT.map(([file]) => [file, `export const home = process.env['HOME'];\n`] as const),
    'no-process-env',
  );
  expect(ENVIRONMENT.map(([file], index) => [file, !found.has(index)])).toEqual(ENVIRONMENT);
});
