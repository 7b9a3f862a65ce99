// The Temporal server: whether it knows our search attributes, and whether somebody asks it for work.

import type { Client as TemporalClient } from '@temporalio/client';
import { TASK_QUEUES } from '../../../../workflows/messages';
import * as searchAttributes from '../../../../workflows/search-attributes';
import { ill, START_EVERYTHING, well, type Finding } from './finding';

/** Pollers of a task queue are remembered for five minutes; a live worker asks at least once a minute. */
const SEEN_LATELY_MS = 90_000;

export async function checkSearchAttributes({ connection, options: { namespace } }: TemporalClient): Promise<Finding> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return well(`${Object.keys(searchAttributes).length} known`);
  const commands = missing.map(
    ({ name, type }) => `temporal operator search-attribute create --name ${name} --type ${type === 'KEYWORD' ? 'Keyword' : 'Int'}`,
  );
  return ill(`missing in namespace ${namespace}: ${missing.map(({ name }) => name).join(', ')}`, commands.join(' && '));
}

interface WorkersSeen {
  /** Asked for work lately. */
  readonly live: number;
  /** When one asked last, by the server's clock. */
  readonly last: Date | null;
}

export async function seeWorkers({ workflowService, options: { namespace } }: TemporalClient): Promise<WorkersSeen> {
  const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUES.imports } });
  const asked = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  const last = Math.max(0, ...asked);
  return { live: asked.filter((at) => Date.now() - at < SEEN_LATELY_MS).length, last: last === 0 ? null : new Date(last) };
}

export function judgeWorkers({ live }: WorkersSeen): Finding {
  return live > 0 ? well(`${live} at work`) : ill('no worker has asked for work lately', START_EVERYTHING);
}
