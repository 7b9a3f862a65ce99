// The sign of life between two batches. It is also where a step ends that nobody waits for any more: one that was cancelled, or that is
// done by another worker because this one seemed dead. Going on would be harmless, and all of it in vain.

import { cancellationSignal, heartbeat } from '@temporalio/activity';

export function beat(details?: unknown): void {
  cancellationSignal().throwIfAborted();
  heartbeat(details);
}
