// A Temporal server in which days pass in milliseconds, for what waits days: approvals, mail servers, a database that is gone. It knows
// no schedules and no lists; everything else is tested on the real server.

import { chmod, copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadConfig } from '../../src/config/load-config';
import { buildOnce } from '../../src/embedded/build-once';
import { runCommand } from '../../src/embedded/run-command';

const pom = path.join(__dirname, '../time-skipping/pom.xml');
const START = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx256m -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;
const KEYWORD = 2;
const INT = 3;

export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const { cacheDir, env } = loadConfig({
    HOME: process.env['HOME'],
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
    PATH: process.env['PATH'],
  });
  const folder = await buildOnce({
    cacheDir,
    name: 'temporal-test-server-1.35.0',
    signal: new AbortController().signal,
    async make(into) {
      await copyFile(pom, path.join(into, 'pom.xml'));
      const goals = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
      await runCommand({ command: 'mvn', args: goals, cwd: into, env: { ...process.env, ...env } });
      await writeFile(path.join(into, 'temporal-test-server'), START);
      await chmod(path.join(into, 'temporal-test-server'), 0o755);
    },
  });
  const executable = { type: 'existing-path', path: path.join(folder, 'temporal-test-server') } as const;
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: { ImportClient: KEYWORD, ImportState: KEYWORD, ImportOutcome: KEYWORD, ImportRecords: INT, ImportRejected: INT },
  });
  return environment;
}
