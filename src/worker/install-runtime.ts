// The Temporal SDK's own log and metrics. What it and its core have to say goes into our log, one JSON line each like everything else. Of
// what they know only ids and counts are passed on: an error's text is told, safely, by safe-failures.ts.

import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Log } from '../ports';

const KEPT = ['workflowId', 'workflowType', 'activityType', 'attempt', 'taskQueue'] as const;

/** Once per process, before the first worker. `metricsAddress` = where core serves its metrics, `host:port`; undefined = it counts nothing. */
export function installRuntime(log: Log, metricsAddress: string | undefined): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta = {} }) => {
      // The step that failed has been told of, with what may be told.
      if (message === 'Activity failed') return;
      const fields = Object.fromEntries(KEPT.filter((name) => meta[name] !== undefined).map((name) => [name, meta[name]]));
      if (level === 'ERROR') log.error(`temporal: ${message}`, fields);
      else log.warn(`temporal: ${message}`, fields);
    }),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress !== undefined && {
        metrics: {
          attachServiceName: false,
          prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
        },
      }),
    },
  });
}
