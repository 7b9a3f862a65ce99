// One worker: workflows and activities of the task queue, with the settings that a file import needs.

import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { ActivityPorts } from '../../activities/activity-ports';
import { TASK_QUEUES } from '../../workflows/messages';
import { connectionOptions, type TemporalTarget } from '../adapters/temporal/connection-options';
import { measureSteps } from './measure-steps';
import { safeFailures } from './safe-failures';

export interface WorkerOptions extends TemporalTarget {
  readonly ports: ActivityPorts;
  /** The prepared bundle of production, or the sources of a test. */
  readonly workflows: { readonly bundle: WorkflowBundleOption } | { readonly path: string };
}

export interface RunningWorker {
  isRunning(): boolean;
  /** Resolves after a stop that let the steps in flight end. */
  run(): Promise<void>;
  stop(): void;
}

/** Connected and ready to run. */
export async function createWorker({ ports, workflows, ...target }: WorkerOptions): Promise<RunningWorker> {
  const { connection: options, namespace } = connectionOptions(target);
  const connection = await NativeConnection.connect(options);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUES.imports,
    ...('bundle' in workflows ? { workflowBundle: workflows.bundle } : { workflowsPath: workflows.path }),
    activities: createActivities(ports),
    interceptors: { activity: [() => ({ inbound: measureSteps(ports.metrics) }), () => ({ inbound: safeFailures(ports.log) })] },
    // A step in flight gets this long to end by itself; what remains is told to stop, and runs again elsewhere.
    shutdownGraceTime: '20s',
    // A killed worker loses at most this much of its progress.
    maxHeartbeatThrottleInterval: '2s',
    // Two imports with their window of four chunks; more would only queue at the database.
    maxConcurrentActivityTaskExecutions: 16,
    // Workflows are short and few at a time: one thread and a small cache keep the process lean.
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: 100,
  });
  return {
    isRunning: () => worker.getState() === 'RUNNING',
    stop: () => worker.shutdown(),
    async run() {
      await worker.run();
      await connection.close();
    },
  };
}
