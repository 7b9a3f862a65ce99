// Real services for tests: a Temporal server, a database and a mail catcher of their own, on any free ports, in a temporary folder.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig, type Environment } from '../../src/config/load-config';
import { startEmbedded } from '../../src/embedded/start-embedded';
import type { Log } from '../../src/ports';

export interface TestServices {
  readonly temporalAddress: string;
  readonly mongodbUri: string;
  readonly smtpUrl: string;
  readonly mailDir: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const ANY_PORTS = {
  IMPORTS_MONGO_PORT: '0',
  IMPORTS_TEMPORAL_PORT: '0',
  IMPORTS_TEMPORAL_UI_PORT: '0',
  IMPORTS_SMTP_PORT: '0',
  IMPORTS_SFTP_PORT: '0',
};

/** What a test's processes inherit: the machine's environment without settings of whoever runs the tests. */
export function cleanEnvironment(): Environment {
  const foreign = /^(IMPORTS_|TEMPORAL_|MONGODB_URI$|SMTP_URL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** `settings` = e.g. the address of a service that runs already. */
export async function startServices(settings: Environment = {}): Promise<TestServices> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'imports-test-'));
  const config = loadConfig({ ...cleanEnvironment(), ...ANY_PORTS, ...settings, IMPORTS_DATA_DIR: dataDir });
  const embedded = await startEmbedded(config, quietLog, { say: (line) => void process.stderr.write(`${line}\n`) });
  const { temporalAddress, mongodbUri, smtpUrl, mailDir = '' } = embedded;
  return {
    temporalAddress,
    mongodbUri,
    smtpUrl,
    mailDir,
    dataDir,
    async stop() {
      await embedded.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
