// One worker process: for each queue a Worker with slots of its own, so that mail servers and long sweeps take none of the hands of
// imports. Only the first hosts workflows. One that fails takes the others down: the process starts anew.

import { NativeConnection, Worker, type WorkerOptions as CoreWorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { ActivityPorts } from '../../activities/activity-ports';
import { TASK_QUEUES } from '../../workflows/messages';
import { connectionOptions, type TemporalTarget } from '../adapters/temporal/connection-options';
import { measureSteps } from './measure-steps';
import { safeFailures } from './safe-failures';

/** Steps at once, by queue. */
export interface Slots {
  readonly imports: number;
  readonly mail: number;
  readonly background: number;
}

/**
 * Imports: four files with their window of four chunks; more would only queue at the database. Mail: a server that accepts and says nothing
 * holds a slot for minutes, and costs nothing else. Background: long, patient work that shares the processor with imports.
 */
const SLOTS: Slots = { imports: 16, mail: 32, background: 4 };

export interface WorkerOptions extends TemporalTarget {
  readonly ports: ActivityPorts;
  /** The prepared bundle of production, or the sources of a test. */
  readonly slots?: Slots;
  readonly workflows: { readonly bundle: WorkflowBundleOption } | { readonly path: string };
}

export interface RunningWorker {
  /** Whether the server answers. Asked each time: a worker that has lost its server goes on trying, and does not say so. */
  isConnected(): Promise<boolean>;
  /** Resolves after a stop that let the steps in flight end. */
  run(): Promise<void>;
  stop(): void;
}

const ANSWER_MS = 2_000;

/** Connected and ready to run. */
export async function createWorker({ ports, workflows, slots = SLOTS, ...target }: WorkerOptions): Promise<RunningWorker> {
  const { connection: options, namespace } = connectionOptions(target);
  const connection = await NativeConnection.connect(options);
  const activities = createActivities(ports);
  const common = {
    connection,
    namespace,
    activities,
    interceptors: { activity: [() => ({ inbound: measureSteps(ports.metrics) }), () => ({ inbound: safeFailures(ports.log) })] },
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
    Worker.create({ ...common, taskQueue: TASK_QUEUES.background, maxConcurrentActivityTaskExecutions: slots.background }),
  ]);
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    isConnected: () =>
      connection.withDeadline(Date.now() + ANSWER_MS, () => connection.workflowService.describeNamespace({ namespace })).then(() => true),
    stop,
    async run() {
      await Promise.all(workers.map((worker) => worker.run().finally(stop)));
      await connection.close();
    },
  };
}
