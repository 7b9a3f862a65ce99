// The embedded Temporal server: a dev server with its data in a file, on this machine only, with the settings that file imports need.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/load-config';
import { withoutTemporal } from '../config/temporal';
import type { Log } from '../ports';
import { keepRunning } from './keep-running';
import { startReady } from './kept-program';
import { onFreePorts } from './pick-port';
import { resolveTemporal } from './resolve-temporal';
import { runCommand, type Command } from './run-command';
import type { Say } from './build-once';

const SEARCH_ATTRIBUTES = [
  'ImportClient=Keyword',
  'ImportState=Keyword',
  'ImportOutcome=Keyword',
  'ImportRecords=Int',
  'ImportRejected=Int',
];

/** The first three lift a throttle of 20 tasks a second; the last two let clients share the workers fairly. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
];

/** Without them every step waits for two flushes of the disk: five times slower. */
const SQLITE = ['journal_mode=wal', 'synchronous=1'];

export interface Embedding {
  readonly config: Config;
  readonly log: Log;
  readonly say: Say;
  readonly signal: AbortSignal;
}

export async function startTemporal({ config, log, say, signal }: Embedding) {
  const { command, engine } = await resolveTemporal({ config, say, signal });
  const { namespace } = config.temporal;
  const folder = path.join(config.dataDir, 'temporal');
  await mkdir(folder, { recursive: true });
  const env = withoutTemporal(config.env);
  const runDir = path.join(config.dataDir, 'run');
  const args = (port: number, uiPort: number) => [
    'server',
    'start-dev',
    ...flags({
      ip: '127.0.0.1',
      port,
      'ui-port': uiPort,
      'db-filename': path.join(folder, 'temporal.db'),
      namespace,
      'log-level': 'error',
    }),
    ...SEARCH_ATTRIBUTES.flatMap((attribute) => ['--search-attribute', attribute]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
    ...SQLITE.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ];

  return onFreePorts([config.embeddedPorts.temporal, config.embeddedPorts.temporalUi], async (port, uiPort) => {
    const address = `127.0.0.1:${port}`;
    // Ready = it takes the one setting that has no flag: histories of ended imports stay for 30 days.
    const keepHistories = ['operator', 'namespace', 'update', '-n', namespace, '--retention', '30d', '--address', address];
    const untilReady = (stop: AbortSignal) => untilDone({ command, args: keepHistories, env, signal: stop });
    const server = { name: 'temporal', command, args: args(port, uiPort), env, runDir };
    const start = () => startReady(server, { what: 'Temporal server', untilReady, signal });
    const kept = await keepRunning({ name: 'temporal', start, log });
    return { address, uiUrl: `http://127.0.0.1:${uiPort}`, engine, stop: () => kept.stop() };
  });
}

function flags(values: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

async function untilDone(command: Command & { readonly signal: AbortSignal }): Promise<void> {
  for (;;) {
    try {
      await runCommand(command);
      return;
    } catch {
      command.signal.throwIfAborted();
      await sleep(50);
    }
  }
}
