// The front door as a process of its own: what happens to it does not happen to imports, and the other way round.

import { constants } from 'node:fs/promises';
import { createLog } from '../adapters/log/log';
import { createDoorMetrics } from '../adapters/metrics/door-metrics';
import { serveMetrics } from '../adapters/metrics/serve-metrics';
import { connectMongo } from '../adapters/mongo/connect-mongo';
import { connectImportsControl } from '../adapters/temporal/imports-control';
import { mayBe } from '../cli/local-files';
import { requireEndpoint, resolveEndpoints } from '../config/endpoints';
import { loadConfig } from '../config/load-config';
import { temporalTarget } from '../config/temporal';
import { LIMITS } from '../door/limits';
import { openFrontDoor } from '../door/open-front-door';
import { watchWaiting } from '../door/watch-waiting';
import { startFtps } from '../ftps/start-ftps';
import { startSftp } from '../sftp/start-sftp';
import { announceUpload } from './announce-upload';
import { runProcess, untilReachable } from './run-process';

runProcess('sftp', 'The front door: takes uploads over SFTP, and over FTPS if that has a port.', async () => {
  const config = loadConfig(process.env);
  const endpoints = await resolveEndpoints(config);
  const log = createLog({ process: 'sftp', level: config.logLevel });
  const mongodbUri = requireEndpoint(endpoints, 'mongodbUri');
  const mongo = await untilReachable(log, () => connectMongo(mongodbUri));
  const control = connectImportsControl({
    ...temporalTarget(config, requireEndpoint(endpoints, 'temporalAddress')),
    uiUrl: null,
  });
  const findWaiting = watchWaiting({ dataDir: config.dataDir, clients: mongo.clients });
  const metrics = createDoorMetrics({ findWaiting, clock: { now: () => new Date() } });
  const door = await openFrontDoor({
    dataDir: config.dataDir,
    accounts: mongo.accounts,
    clients: mongo.clients,
    bans: mongo.bans,
    sessions: mongo.sessions,
    sharedAddresses: config.sharedAddresses,
    proxies: config.proxies,
    limits: { ...LIMITS, ...config.backups },
    quietMs: config.quietMs,
    log,
    metrics,
    onReady: announceUpload({ ...mongo, control }),
  });
  const sftp = await startSftp(door, { ...config.sftp, dataDir: config.dataDir });
  const ftps = config.ftps === null ? undefined : await startFtps(door, { ...config.ftps, dataDir: config.dataDir });
  const health = {
    listening: () => sftp.isListening() && ftps?.isListening() !== false,
    'data-directory': () => mayBe(config.dataDir, constants.W_OK | constants.X_OK),
  };
  const served =
    config.metrics.sftpPort === null
      ? undefined
      : await serveMetrics({
          host: config.metrics.host,
          port: config.metrics.sftpPort,
          setting: 'IMPORTS_SFTP_METRICS_PORT',
          counted: metrics,
          health,
        });
  return {
    port: sftp.port,
    ...(ftps === undefined ? {} : { ftpsPort: ftps.port }),
    async stop() {
      await Promise.all([sftp.stop(), ftps?.stop()]);
      await door.close();
      await served?.close();
      await Promise.all([control.close(), mongo.close()]);
    },
  };
});
