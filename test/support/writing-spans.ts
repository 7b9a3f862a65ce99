// When each import and undo of a client wrote users or permits, by the histories that Temporal keeps.

import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';

const WRITES: ReadonlySet<string> = new Set(['applyChunk', 'applyDeferred', 'releasePermits', 'undoChunk', 'undoDeferred', 'undoPermits']);

export interface Span {
  /** `import/acme-42` or `undo/acme-42` */
  readonly workflowId: string;
  readonly turn: unknown;
  /** From when its first write was given to a worker until its last one had ended, in milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** In the order in which they began. */
export async function writingSpans(temporal: Client, clientId: string): Promise<readonly Span[]> {
  const spans: Span[] = [];
  for await (const { workflowId, runId, memo } of temporal.workflow.list({ query: `ImportClient = "${clientId}"` })) {
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const scheduled = new Set<string>();
    const times: number[] = [];
    for (const event of events ?? []) {
      const began = event.activityTaskScheduledEventAttributes;
      if (began != null && WRITES.has(began.activityType?.name ?? '')) scheduled.add(String(event.eventId));
      const ended =
        event.activityTaskCompletedEventAttributes ??
        event.activityTaskFailedEventAttributes ??
        event.activityTaskTimedOutEventAttributes ??
        event.activityTaskCanceledEventAttributes;
      const isOurs = scheduled.has(String(event.eventId)) || (ended != null && scheduled.has(String(ended.scheduledEventId)));
      if (isOurs) times.push(tsToMs(event.eventTime));
    }
    if (times.length > 0) spans.push({ workflowId, turn: memo?.['turn'], from: Math.min(...times), to: Math.max(...times) });
  }
  return spans.sort((a, b) => a.from - b.from);
}
