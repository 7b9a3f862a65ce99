// Everything on this machine: embedded services where none are configured, then the worker and the front door as processes of their
// own that are kept running. The addresses are told to the command line when all of it is up, and not a moment longer.

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pidPath, removeEndpoints, writeEndpoints, type Endpoints } from '../config/endpoints';
import type { Config, Environment } from '../config/load-config';
import { withoutTemporal } from '../config/temporal';
import { keepRunning, type Stoppable } from '../embedded/keep-running';
import type { Say } from '../embedded/build-once';
import { startEmbedded, type Embedded } from '../embedded/start-embedded';
import type { Log } from '../ports';
import { claimDataDir } from './claim-data-dir';
import { startChild } from './start-child';

/** The worker lets steps in flight end for 20 seconds. */
const WORKER_GRACE_MS = 25_000;
const SFTP_GRACE_MS = 10_000;
/** Its event loop is never busy for so long in one piece, not even on a slow machine. */
const SFTP_SILENCE_MS = 30_000;

export interface Everything extends Stoppable {
  readonly endpoints: Endpoints;
  readonly engines: Embedded['engines'];
  readonly mailDir: string | undefined;
}

interface StartEverything {
  readonly config: Config;
  readonly log: Log;
  /** Progress, for people. */
  readonly say: Say;
  /** Gives up a start that is under way; what runs by then is ended. */
  readonly signal: AbortSignal;
}

export async function startEverything({ config, log, say, signal }: StartEverything): Promise<Everything> {
  const { dataDir } = config;
  const runDir = path.join(dataDir, 'run');
  const pidFile = pidPath(dataDir);
  const undo: (() => Promise<void>)[] = [];
  // Last started, first ended: nobody loses what it works with.
  const stop = async () => {
    for (const step of undo.toReversed()) await step().catch((error: unknown) => log.error('a part did not end in order', { error }));
  };
  try {
    undo.push(await claimDataDir(dataDir));
    await writeFile(pidFile, String(process.pid));
    undo.push(() => rm(pidFile, { force: true }));
    await removeEndpoints(dataDir);

    const embedded = await startEmbedded(config, log, { say, signal });
    undo.push(() => embedded.stop());
    const env = childEnvironment(config, embedded);

    let { port } = config.sftp;
    let ftpsPort = config.ftps?.port;
    // It sends nothing, so it is not given what signs.
    const { IMPORTS_WEBHOOK_URL: _receiver, IMPORTS_WEBHOOK_SECRET: _secret, ...ofDoor } = env;
    const frontDoor = async () => {
      const ftps = ftpsPort === undefined ? {} : { IMPORTS_FTPS_PORT: String(ftpsPort) };
      const settings = { ...ofDoor, IMPORTS_SFTP_PORT: String(port), ...ftps };
      const child = await startChild({ name: 'sftp', env: settings, runDir, signal, graceMs: SFTP_GRACE_MS, silenceMs: SFTP_SILENCE_MS });
      // One that is started again is found where it was.
      port = child.port ?? port;
      ftpsPort = child.ftpsPort ?? ftpsPort;
      return child;
    };
    const worker = () => startChild({ name: 'worker', env, runDir, signal, graceMs: WORKER_GRACE_MS });
    // The front door stays open while the worker ends: an upload can always be taken.
    const door = await keepRunning({ name: 'sftp', start: frontDoor, log });
    undo.push(() => door.stop());
    const work = await keepRunning({ name: 'worker', start: worker, log });
    undo.push(() => work.stop());

    const endpoints: Endpoints = {
      sftp: { host: reachable(config.sftp.host), port },
      ...(config.ftps === null || ftpsPort === undefined ? {} : { ftps: { host: reachable(config.ftps.host), port: ftpsPort } }),
      mongodbUri: embedded.mongodbUri,
      temporalAddress: embedded.temporalAddress,
      temporalUi: embedded.temporalUi,
      smtpUrl: embedded.smtpUrl,
    };
    undo.push(() => removeEndpoints(dataDir));
    signal.throwIfAborted();
    await writeEndpoints(dataDir, endpoints);
    return { endpoints, engines: embedded.engines, mailDir: embedded.mailDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As ours, with the addresses in use. A profile file that does not exist keeps an embedded Temporal's client from the user's own. */
function childEnvironment(config: Config, { mongodbUri, smtpUrl, temporalAddress, temporalUi }: Embedded): Environment {
  const temporal =
    config.temporal.address === undefined
      ? {
          TEMPORAL_ADDRESS: temporalAddress,
          TEMPORAL_NAMESPACE: config.temporal.namespace,
          TEMPORAL_CONFIG_FILE: path.join(config.dataDir, 'run', 'no-profile.toml'),
        }
      : {};
  return {
    ...(config.temporal.address === undefined ? withoutTemporal(config.env) : config.env),
    ...temporal,
    ...(temporalUi === null ? {} : { IMPORTS_TEMPORAL_UI_URL: temporalUi }),
    IMPORTS_DATA_DIR: config.dataDir,
    MONGODB_URI: mongodbUri,
    SMTP_URL: smtpUrl,
  };
}

function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
