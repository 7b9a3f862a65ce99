// `imports up`: starts everything, tells where it is, and ends it all in order when asked to.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { createLog, openLogFile } from '../adapters/log/log';
import type { Config } from '../config/load-config';
import { importsLink } from '../config/ui-links';
import { startEverything, type Everything } from './start-everything';
import { waitForSignal } from './wait-for-signal';

export interface UpOptions {
  readonly config: Config;
  readonly json: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Resolves when everything was ended by SIGTERM or SIGINT. Rejects when the start fails. */
export async function up({ config, json, stdout, stderr }: UpOptions): Promise<void> {
  const asked = waitForSignal();
  const say = (line: string) => void stderr.write(`${line}\n`);
  const runDir = path.join(config.dataDir, 'run');
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const log = createLog({ process: 'up', level: config.logLevel, destination: openLogFile(path.join(runDir, 'up.log')) });

  let everything: Everything;
  try {
    everything = await startEverything({ config, log, say, signal: asked.signal });
  } catch (error) {
    if (asked.signal.aborted) return;
    log.error('up could not start', { error });
    throw error;
  }
  stdout.write(json ? `${JSON.stringify(everything.endpoints)}\n` : summary(config, everything));
  log.info('up');
  await asked.arrived;
  say('Ending: steps in flight get up to 25 seconds …');
  await everything.stop();
  log.info('down');
  say('Ended.');
}

function summary(config: Config, { endpoints, engines, mailDir }: Everything): string {
  const { sftp, ftps, temporalUi, temporalAddress, mongodbUri, smtpUrl } = endpoints;
  const { namespace } = config.temporal;
  const lines: readonly (readonly [string, string])[] = [
    ['SFTP', `sftp -P ${sftp.port} ACCOUNT@${sftp.host}`],
    ...(ftps === undefined ? [] : [['FTPS', `lftp -u ACCOUNT ftp://${ftps.host}:${ftps.port}   explicit TLS`] as const]),
    ['Temporal UI', temporalUi === null ? 'not known here (IMPORTS_TEMPORAL_UI_URL)' : importsLink({ uiUrl: temporalUi, namespace })],
    ['Temporal', `${temporalAddress}   ${engines.temporal}`],
    ['MongoDB', `${withoutPassword(mongodbUri)}   ${engines.mongo}`],
    ['Mail', mailDir === undefined ? `sent through ${withoutPassword(smtpUrl)}` : `caught in ${mailDir}`],
    ['Data', config.dataDir],
    ['Logs', path.join(config.dataDir, 'run', '*.log')],
  ];
  const table = lines.map(([name, value]) => `  ${name.padEnd(13)}${value}`).join('\n');
  return `\nManaged user import is up.\n\n${table}\n\nCtrl-C ends everything. In another terminal: imports --help\n`;
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//…@');
}
