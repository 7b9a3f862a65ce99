// One worker process: for each queue a Worker with slots of its own, so that mail servers, receivers of webhooks and long sweeps
// hold up nothing else. Only the first hosts workflows. One that fails takes the others down: the process is restarted.

import { activityInfo } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import {
  type ActivityExecuteInput,
  type ActivityInboundCallsInterceptor,
  NativeConnection,
  type Next,
  Worker,
  type WorkerDeploymentOptions,
  type WorkerOptions as CoreWorkerOptions,
  type WorkflowBundleOption,
  DefaultLogger,
  Runtime,
} from '@temporalio/worker';
import { createActivities, STEPS } from '../../activities';
import type { ActivityPorts } from '../../activities/activity-ports';
import { TASK_QUEUES } from '../../workflows/messages';
import type { Config } from '../config/load-config';
import { connectionOptions, type TemporalTarget } from '../adapters/temporal/connection-options';
import { safeFailures } from './safe-failures';
import type { ImportMetrics, Log } from '../ports';

/** What the Temporal UI shows under Deployments. */
const DEPLOYMENT = 'managed-user-import';
/** Events for webhooks that a worker sends at once. A receiver that hangs holds a slot for 15 s. */
const WEBHOOKS_AT_ONCE = 16;
/** Of the SDK's own log only ids and counts are passed on: an error's text is told, safely, by safe-failures.ts. */
const KEPT_OF_LOG = ['workflowId', 'workflowType', 'activityType', 'attempt', 'taskQueue'] as const;

interface WorkerOptions extends TemporalTarget {
  readonly ports: ActivityPorts;
  /** Steps at once by queue, and which build this is (config.worker). */
  readonly worker: Config['worker'];
  /** The prepared bundle of production, or the sources of a test. */
  readonly workflows: { readonly bundle: WorkflowBundleOption } | { readonly path: string };
}

interface RunningWorker {
  /** Whether the server answers. Asked each time: a worker that has lost its server goes on trying, and does not say so. */
  isConnected(): Promise<boolean>;
  /** Resolves after a stop that let the steps in flight end. */
  run(): Promise<void>;
  stop(): void;
}

const ANSWER_MS = 2_000;

/** Connected and ready to run. */
export async function createWorker({ ports, workflows, worker, ...target }: WorkerOptions): Promise<RunningWorker> {
  const { connection: options, namespace, dataConverter } = connectionOptions(target);
  const connection = await NativeConnection.connect(options);
  const { slots } = worker;
  const activities = createActivities(ports);
  const common = {
    connection,
    namespace,
    dataConverter,
    activities,
    interceptors: { activity: [() => ({ inbound: measureSteps(ports.metrics) }), () => ({ inbound: safeFailures(ports.log) })] },
    workerDeploymentOptions: deploymentOf(worker),
    // A step in flight gets this long to end by itself; what remains is told to stop, and runs again elsewhere.
    shutdownGraceTime: '20s',
    // A killed worker loses at most this much of its progress.
    maxHeartbeatThrottleInterval: '2s',
  } satisfies Partial<CoreWorkerOptions>;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      ...('bundle' in workflows ? { workflowBundle: workflows.bundle } : { workflowsPath: workflows.path }),
      taskQueue: TASK_QUEUES.imports,
      maxConcurrentActivityTaskExecutions: slots.imports,
      // Workflows are short and few at a time: one thread and a small cache keep the process lean.
      workflowThreadPoolSize: 1,
      maxCachedWorkflows: 100,
    }),
    Worker.create({ ...common, taskQueue: TASK_QUEUES.mail, maxConcurrentActivityTaskExecutions: slots.mail }),
    Worker.create({ ...common, taskQueue: TASK_QUEUES.webhooks, maxConcurrentActivityTaskExecutions: WEBHOOKS_AT_ONCE }),
    Worker.create({ ...common, taskQueue: TASK_QUEUES.background, maxConcurrentActivityTaskExecutions: slots.background }),
  ]);
  const stop = () => {
    for (const one of workers) if (one.getState() === 'RUNNING') one.shutdown();
  };
  return {
    isConnected: () =>
      connection.withDeadline(Date.now() + ANSWER_MS, () => connection.workflowService.describeNamespace({ namespace })).then(() => true),
    stop,
    async run() {
      await Promise.all(workers.map((one) => one.run().finally(stop)));
      await connection.close();
    },
  };
}

/** Times every step, by the phase of an import that it belongs to. */
function measureSteps(metrics: Pick<ImportMetrics, 'stepEnded'>): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
      const started = performance.now();
      const { phase } = STEPS[activityInfo().activityType as keyof typeof STEPS];
      const tell = (result: 'done' | 'failed') => metrics.stepEnded({ phase, result, seconds: (performance.now() - started) / 1000 });
      try {
        const result = await next(input);
        tell('done');
        return result;
      } catch (error) {
        // A worker that stops hands its steps on: nothing has failed.
        if (!(error instanceof CancelledFailure)) tell('failed');
        throw error;
      }
    },
  };
}

function deploymentOf({ buildId, isVersioned }: Config['worker']): WorkerDeploymentOptions {
  const version = { deploymentName: DEPLOYMENT, buildId };
  // Workflows are patched (CONTRIBUTING.md), so a new build may take over what an old one has begun.
  return isVersioned
    ? { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' }
    : { version, useWorkerVersioning: false };
}

/**
 * Once per process, before the first worker: what the Temporal SDK and its core have to say goes into our log, one JSON line each like
 * everything else. `metricsAddress` = where core serves its metrics, `host:port`; undefined = it counts nothing.
 */
export function installRuntime(log: Log, metricsAddress: string | undefined): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta = {} }) => {
      // The step that failed has been told of, with what may be told.
      if (message === 'Activity failed') return;
      const fields = Object.fromEntries(KEPT_OF_LOG.filter((name) => meta[name] !== undefined).map((name) => [name, meta[name]]));
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
