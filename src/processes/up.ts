// `imports up`: starts everything, tells where it is, and ends it all in order when asked to.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { createLog, openLogFile } from '../adapters/log/log';
import type { Config } from '../config/load-config';
import { importsLink } from '../config/temporal';
import { OWN_CERTIFICATE } from '../ftps/certificate/open-certificate';
import { startEverything, type Everything } from './start-everything';
import { waitForSignal } from './this-process';

interface UpOptions {
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
  mkdirSync(runDir, { recursive: true });
  const log = createLog({ process: 'up', level: config.logLevel, destination: openLogFile(path.join(runDir, 'up.log')) });

  say(whatStarts(config));
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

/** Said at once: a first start takes minutes. */
function whatStarts({ mongodbUri, smtpUrl, temporal }: Config): string {
  const embedded = [
    ...(temporal.address === undefined ? ['Temporal'] : []),
    ...(mongodbUri === undefined ? ['MongoDB'] : []),
    ...(smtpUrl === undefined ? ['a mail catcher'] : []),
  ];
  return `Starting ${[...embedded, 'the worker'].join(', ')} and the front door …`;
}

function summary(config: Config, { endpoints, engines, mailDir }: Everything): string {
  const { sftp, ftps, temporalUi, temporalAddress, mongodbUri, smtpUrl } = endpoints;
  const lines: readonly (readonly [name: string, value: string, note?: string])[] = [
    ['SFTP', `sftp -P ${sftp.port} ACCOUNT@${sftp.host}`],
    ...(ftps === undefined ? [] : [['FTPS', `lftp -u ACCOUNT ftp://${ftps.host}:${ftps.port}`, aboutTls(config)] as const]),
    [
      'Temporal UI',
      temporalUi === null
        ? 'not known here (IMPORTS_TEMPORAL_UI_URL)'
        : `the imports:\n${importsLink({ ...config.temporal, uiUrl: temporalUi })}`,
    ],
    ['Temporal', temporalAddress, engines.temporal],
    ['MongoDB', withoutPassword(mongodbUri), engines.mongo],
    ['Mail', mailDir === undefined ? `sent through ${withoutPassword(smtpUrl)}` : `caught in ${mailDir}`],
    ['Data', config.dataDir],
    ['Logs', 'imports logs', path.join(config.dataDir, 'run')],
  ];
  const table = lines.map(([name, value, note]) => `  ${name.padEnd(13)}${value}${noteText(value, note)}`).join('\n');
  return `\nManaged user import is up.\n\n${table}\n\nCtrl-C ends everything. In another terminal: imports --help\n`;
}

/** Nobody knows a certificate that signs itself: programs are to be told of it. */
function aboutTls({ ftps, dataDir }: Config): string {
  const isOwn = ftps?.certificate === null;
  return `explicit TLS${isOwn ? `; in lftp first: set ssl:ca-file ${path.join(dataDir, 'keys', OWN_CERTIFICATE)}` : ''}`;
}

/** Below, where both do not fit in 80 columns. */
function noteText(value: string, note: string | undefined): string {
  if (note === undefined) return '';
  return `${value}   ${note}`.length <= 80 - 15 ? `   ${note}` : `\n${' '.repeat(15)}${note}`;
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//…@');
}
