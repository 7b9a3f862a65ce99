// The worker: runs workflows and activities. On start it brings indexes and schedules up to date, so that a deployment is all that a
// change of either needs. Ends on SIGTERM, SIGINT or the death of its parent, letting steps in flight end.

import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createCsvFiles } from '../adapters/csv/csv-files';
import { createFileStore } from '../adapters/files/file-store';
import { createStandingFolder } from '../adapters/files/standing-folder';
import { createLog } from '../adapters/log/log';
import { createMailer } from '../adapters/mail/mailer';
import { withCoreMetrics, serveMetrics } from '../adapters/metrics/serve-metrics';
import { createImportMetrics } from '../adapters/metrics/import-metrics';
import { connectMongo } from '../adapters/mongo/connect-mongo';
import { createWebhookSender } from '../adapters/webhooks/webhook-sender';
import { connectImportsControl } from '../adapters/temporal/imports-control';
import { installRuntime, createWorker } from '../worker/start-worker';
import { requireEndpoint, resolveEndpoints } from '../config/endpoints';
import { loadConfig } from '../config/load-config';
import { temporalTarget } from '../config/temporal';
import { pickPort } from '../embedded/pick-port';
import { runProcess, untilReachable } from './run-process';

// Garbage of a large import is most of the heap. V8 lets it grow to four times what lives before it collects; at most 1.7 times takes a third
// less memory and a few per cent more processor time.
setFlagsFromString('--heap-growing-percent=70');

runProcess('worker', 'Runs imports: any number of workers may share the data directory.', async () => {
  const config = loadConfig(process.env);
  const endpoints = await resolveEndpoints(config);
  const log = createLog({ process: 'worker', level: config.logLevel });
  const { host, workerPort: port } = config.metrics;
  const coreMetrics = port === null ? undefined : `127.0.0.1:${await pickPort(0)}`;
  installRuntime(log, coreMetrics);
  const mongodbUri = requireEndpoint(endpoints, 'mongodbUri');
  const mongo = await untilReachable(log, () => connectMongo(mongodbUri));
  await mongo.createIndexes();

  const temporal = temporalTarget(config, requireEndpoint(endpoints, 'temporalAddress'));
  const control = connectImportsControl({ ...temporal, uiUrl: endpoints.temporalUi ?? null });
  await untilReachable(log, () => control.applyStandingSchedules());
  for (const { name, why } of await untilReachable(log, () => control.applySchedules(mongo.clients))) {
    log.error('Temporal refuses a schedule: no files are looked for', { schedule: name, why });
  }

  const clock = { now: () => new Date() };
  const files = createFileStore(config.dataDir);
  const metrics = createImportMetrics({ imports: mongo.imports, clock, scans: () => control.seeScans() });
  const worker = await createWorker({
    ...temporal,
    worker: config.worker,
    workflows: { bundle: { codePath: path.join(__dirname, '../../workflow-bundle.js') } },
    ports: {
      ...mongo,
      inboxes: control,
      files,
      standing: createStandingFolder(config.dataDir, files),
      csv: createCsvFiles(),
      mailer: createMailer(requireEndpoint(endpoints, 'smtpUrl')),
      clock,
      log,
      metrics,
      webhooks: control,
      webhookSender: createWebhookSender(config.webhooks),
      webhookUrl: config.webhooks.url,
      quietMs: config.quietMs,
      mailFrom: config.mailFrom ?? null,
      keepDays: config.keepDays,
      keepBackupDays: config.keepBackupDays,
    },
  });
  const health = { temporal: () => worker.isConnected(), mongodb: () => mongo.ping().then(() => true) };
  const served =
    port === null || coreMetrics === undefined
      ? undefined
      : await serveMetrics({
          host,
          port,
          setting: 'IMPORTS_WORKER_METRICS_PORT',
          counted: withCoreMetrics(metrics, coreMetrics),
          health,
        });
  const live = async () => {
    await worker.run();
    await served?.close();
    await control.close();
    await mongo.close();
  };
  return { stop: () => worker.stop(), ended: live() };
});
